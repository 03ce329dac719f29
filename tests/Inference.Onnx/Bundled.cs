using Platform.Inference.Onnx.Embeddings;
using Platform.Inference.Onnx.Tests;
using Platform.Inference.Onnx.Tokenization;

[assembly: AssemblyFixture(typeof(Bundled))]

namespace Platform.Inference.Onnx.Tests;

/// <summary>The bundled embedding model.</summary>
public sealed class Bundled : IDisposable
{
    private static readonly string Models = Path.Combine(FindRoot(), "infra/models");

    public EmbeddingModel MiniLm { get; } = new(InFolder("all-minilm-l6-v2/model.onnx"), Tokenizer(), Pooling.Mean, new OnnxOptions(Threads: 1));

    /// <summary>A float32 graph of the same inputs and output: a text encoder.</summary>
    public static EmbeddingModel TextEncoder(Pooling pooling) => new(InFolder("shapes-wan/text_encoder/model.onnx"), Tokenizer(), pooling, new OnnxOptions(Threads: 1));

    public static WordPiece Tokenizer() => WordPiece.Load(InFolder("all-minilm-l6-v2/vocab.txt"), InFolder("all-minilm-l6-v2/tokenizer_config.json"));

    public static string InFolder(string path) => Path.Combine(Models, path);

    public void Dispose() => MiniLm.Dispose();

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
