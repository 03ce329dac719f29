using System.Reflection;
using System.Runtime.InteropServices;
using Platform.Inference.Engine;

namespace Platform.Inference.LlamaCpp.Native;

/// <summary>Finds the native libraries: their names carry the release, so each is looked up by a pattern in one folder.</summary>
internal static class NativeFolder
{
    private const string Fetched = "infra/natives/llama/node_modules/@node-llama-cpp/linux-x64/bins/linux-x64";

    /// <summary>The folder in which <c>infra/natives/fetch llama</c> put the libraries, looked for from the application's folder upwards.</summary>
    public static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Path.Combine(folder.FullName, Fetched) is var found && Directory.Exists(found))
            {
                return found;
            }
        }

        throw new EngineException($"llama.cpp's libraries are not there: no {Fetched} in {AppContext.BaseDirectory} or above it. Run infra/natives/fetch llama, or set {NativesOptions.Section}:Folder.");
    }

    public static void Resolve(string folder)
    {
        var files = new Dictionary<string, string>
        {
            [LlamaApi.Library] = Single(folder, "libllama.*so"),
            [GgmlApi.Library] = Single(folder, "libggml.*so"),
            [GgmlApi.BaseLibrary] = Single(folder, "libggml-base.so"),
        };
        NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), (name, _, _) => files.TryGetValue(name, out var file) ? NativeLibrary.Load(file) : 0);
    }

    private static string Single(string folder, string pattern)
    {
        if (!Directory.Exists(folder))
        {
            throw new EngineException($"llama.cpp's libraries are not there: {folder} does not exist ({NativesOptions.Section}:Folder).");
        }

        return Directory.GetFiles(folder, pattern) switch
        {
            [var one] => one,
            var found => throw new EngineException($"{folder} holds {found.Length} files {pattern}; exactly one is needed. Run infra/natives/fetch llama, or set {NativesOptions.Section}:Folder."),
        };
    }
}
