using System.Security.Cryptography;
using Platform.Inference.LlamaCpp;

namespace Platform.Benchmarks;

internal static class BundledModel
{
    public const string Chat = "smollm2-135m-instruct";

    private const string Models = "infra/models";

    /// <summary>Engine threads: one core is left to the rest.</summary>
    public static int Threads => Math.Max(1, Environment.ProcessorCount - 1);

    public static string ChatFile => Path.Combine(FolderOf(Chat), "model.gguf");

    public static LlamaModel Load()
    {
        LlamaLibrary.Initialize();
        return LlamaModel.Load(ChatFile);
    }

    /// <summary>The chat model as a catalogue has it, with eight slots over 16,384 cells.</summary>
    public static object Entry() => new
    {
        id = Chat, kind = "chat", engine = "llama.cpp", context_length = 8192, slots = 8, cache_tokens = 16384, threads = Threads,
        files = new[] { new { path = ChatFile, sha256 = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(ChatFile))) } },
    };

    /// <param name="model">Empty: the folder of all.</param>
    public static string FolderOf(string model)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, Models, model);
            if (Directory.Exists(path)) return path;
        }
        throw new DirectoryNotFoundException($"No {Models}/{model} above {AppContext.BaseDirectory}.");
    }
}
