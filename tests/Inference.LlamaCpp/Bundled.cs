using System.Diagnostics;
using System.Text;
using Platform.Inference.Engine;
using Platform.Inference.LlamaCpp.Tests;

[assembly: AssemblyFixture(typeof(Bundled))]

// the engine takes all the cores it is given, and some tests watch the clock or the process's memory
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Platform.Inference.LlamaCpp.Tests;

/// <summary>The real libraries, fetched where they are missing, and the bundled model.</summary>
public sealed class Bundled : IDisposable
{
    public Bundled()
    {
        var fetch = Process.Start(new ProcessStartInfo(Path.Combine(Root, "infra/natives/fetch"), "llama") { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var folder = fetch.StandardOutput.ReadToEndAsync();
        var problem = fetch.StandardError.ReadToEndAsync();
        if (!fetch.WaitForExit(TimeSpan.FromMinutes(5)) || fetch.ExitCode != 0)
        {
            throw new InvalidOperationException($"infra/natives/fetch llama failed: {problem.Result}");
        }

        LlamaLibrary.Initialize(folder.Result.Trim(), Lines);
        Model = LlamaModel.Load(ModelPath);
    }

    public static NativeLines Lines { get; } = new();
    public static string Root { get; } = FindRoot();
    public static string ModelPath { get; } = Path.Combine(Root, "infra/models/smollm2-135m-instruct/model.gguf");

    public LlamaModel Model { get; }

    internal IEngineContext Context(int length = 512, int sequences = 4, int batch = 128, int outputs = 4) => Model.CreateContext(new ContextSpec(length, sequences, batch, outputs, LlamaLibrary.DefaultThreads));

    public int[] Tokens(string text, bool special = true)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var tokens = new int[utf8.Length + 1];
        return tokens[..Model.Tokenize(utf8, tokens, addSpecial: true, parseSpecial: special)];
    }

    public string Text(IEnumerable<int> tokens)
    {
        var bytes = new List<byte>();
        var piece = new byte[256];
        foreach (var token in tokens)
        {
            bytes.AddRange(piece.AsSpan(0, Model.Piece(token, piece, special: false)));
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    public void Dispose() => Model.Dispose();

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Platform.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException($"{AppContext.BaseDirectory} is not inside the repository.");
        }

        return folder.FullName;
    }
}
