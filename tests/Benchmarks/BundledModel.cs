using Platform.Inference.LlamaCpp;

namespace Platform.Benchmarks;

internal static class BundledModel
{
    private const string File = "infra/models/smollm2-135m-instruct/model.gguf";

    public static LlamaModel Load()
    {
        LlamaLibrary.Initialize();
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, File);
            if (System.IO.File.Exists(path)) return LlamaModel.Load(path);
        }
        throw new FileNotFoundException($"No {File} above {AppContext.BaseDirectory}.");
    }
}
