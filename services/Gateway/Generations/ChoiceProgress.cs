using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Platform.Contracts.Generations;
using Platform.Contracts.Runs;

namespace Platform.Gateway.Generations;

/// <summary>What has arrived of one choice.</summary>
internal sealed class ChoiceProgress
{
    private readonly List<int> tokens = [];
    private readonly List<int> micros = [];
    private readonly List<int> ends = [];
    private readonly ArrayBufferWriter<byte> text = new(initialCapacity: 64);
    private List<TokenLogprob?>? logprobs;

    public int Count => tokens.Count;
    public FinishReason? Finish { get; private set; }
    public Guesses? Guesses { get; private set; }

    /// <summary>Mirostat's μ after the last token; null: it does not draw.</summary>
    public float? Mu { get; private set; }

    /// <summary>Index of the stop string that ended it; null: something else did.</summary>
    public int? StoppedBy { get; private set; }
    public ReadOnlyMemory<byte> Text => text.WrittenMemory;

    /// <summary>Of the tokens the client sees; null where they were not asked for, or no token has come.</summary>
    public IReadOnlyList<TokenLogprob>? Logprobs => logprobs is null ? null : [.. logprobs.OfType<TokenLogprob>()];

    /// <summary>Of every token, null for one that the client does not see; empty where they were not asked for.</summary>
    public IReadOnlyList<TokenLogprob?> LogprobsSoFar => logprobs is null ? [] : [.. logprobs];

    /// <summary>For each token the microseconds since the one before it.</summary>
    public ReadOnlySpan<int> Micros => CollectionsMarshal.AsSpan(micros);

    /// <summary>Takes what is new in a frame.</summary>
    /// <param name="skip">How many of the frame's tokens were there before.</param>
    public FrameFit Take(Frame frame, out int skip)
    {
        skip = Count - frame.From;
        if (skip < 0) return FrameFit.Gap;
        if (skip > frame.Tokens.Length || Finish is not null || (skip == frame.Tokens.Length && frame.Finish is null)) return FrameFit.Known;
        CollectionsMarshal.SetCount(tokens, Count + frame.Tokens.Length - skip);
        frame.Tokens.AsSpan(skip).CopyTo(CollectionsMarshal.AsSpan(tokens)[frame.From..][skip..]);
        micros.AddRange(frame.Micros.AsSpan(skip));
        var shift = text.WrittenCount - frame.TextStart(skip);
        for (var i = skip; i < frame.TextEnds.Length; i++) ends.Add(frame.TextEnds[i] + shift);
        if (frame.Logprobs.Length > 0) (logprobs ??= []).AddRange(frame.Logprobs.AsSpan(skip));
        text.Write(frame.Text.AsSpan(frame.TextStart(skip)));
        Mu = frame.Mu ?? Mu;
        (Finish, Guesses, StoppedBy) = (frame.Finish, frame.Guesses, frame.StoppedBy);
        return FrameFit.New;
    }

    /// <summary>For each token the end of its share in <see cref="Text"/>.</summary>
    public ReadOnlySpan<int> TextEnds => CollectionsMarshal.AsSpan(ends);

    public int[] Tokens() => [.. tokens];

    public ChoiceContent Content() => new(Encoding.UTF8.GetString(text.WrittenSpan), Tokens(), [.. micros]) { TextEnds = [.. ends], Logprobs = LogprobsSoFar };
}

internal enum FrameFit { New, Known, Gap }

internal static class FrameText
{
    /// <summary>Where the text of a frame's token begins.</summary>
    public static int TextStart(this Frame frame, int token) => token == 0 ? 0 : frame.TextEnds[token - 1];
}
