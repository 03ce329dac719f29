using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Platform.Inference.LlamaCpp.Native;

/// <summary>
/// Weights in pages of 2 MiB, where the system gives them to who asks. All weights are read for every token, and with pages of 4 KiB, as a mapped file has them,
/// a good part of that time goes into finding the pages.
/// </summary>
internal static unsafe class HugePages
{
    private const string Setting = "/sys/kernel/mm/transparent_hugepage/enabled";
    private const nint Size = 2 << 20;
    private const int Advice = 14;

    /// <summary>What the process had before the model that this thread loads; null: its memory has been seen to.</summary>
    [ThreadStatic] private static List<(nint From, nint To)>? before;

    public static bool AreGiven { get; } = File.Exists(Setting) && !File.ReadAllText(Setting).Contains("[never]", StringComparison.Ordinal);

    /// <summary>From here to the first call of <see cref="OnProgress"/>, what this thread allocates is weights.</summary>
    public static void Begin() => before = Stretches();

    /// <summary>llama.cpp calls it before it reads the first tensor: the memory is there and no page of it has been touched.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static byte OnProgress(float progress, void* data)
    {
        if (before is { } had)
        {
            before = null;
            AskFor(had);
        }

        return 1;
    }

    private static void AskFor(List<(nint From, nint To)> had)
    {
        foreach (var (begin, end) in Stretches())
        {
            var from = begin;
            foreach (var (hadFrom, hadTo) in had.Where(old => old.From < end && old.To > begin).Append((end, end)))
            {
                Advise(from, hadFrom);
                from = Math.Max(from, hadTo);
            }
        }
    }

    private static void Advise(nint from, nint to)
    {
        from = (from + Size - 1) & -Size;
        if (to - from >= Size)
        {
            _ = GgmlApi.madvise(from, to - from, Advice); // refused: the pages stay small
        }
    }

    /// <summary>The process's anonymous memory, ascending.</summary>
    private static List<(nint From, nint To)> Stretches() =>
        [.. File.ReadLines("/proc/self/maps").Where(line => line.Contains(" rw-p ", StringComparison.Ordinal) && line.EndsWith(" 00:00 0 ", StringComparison.Ordinal)).Select(Stretch)];

    private static (nint From, nint To) Stretch(string line)
    {
        var (dash, space) = (line.IndexOf('-', StringComparison.Ordinal), line.IndexOf(' ', StringComparison.Ordinal));
        return (Address(line.AsSpan(..dash)), Address(line.AsSpan((dash + 1)..space)));
    }

    private static nint Address(ReadOnlySpan<char> digits) => nint.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
