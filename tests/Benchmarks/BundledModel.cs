using Platform.Inference.LlamaCpp;

namespace Platform.Benchmarks;

internal static class BundledModel
{
    private const string Models = "infra/models";

    public static LlamaModel Load()
    {
        LlamaLibrary.Initialize();
        return LlamaModel.Load(Path.Combine(FolderOf("smollm2-135m-instruct"), "model.gguf"));
    }

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
