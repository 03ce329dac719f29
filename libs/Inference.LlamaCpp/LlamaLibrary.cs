using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Inference.Engine;
using Platform.Inference.LlamaCpp.Native;

namespace Platform.Inference.LlamaCpp;

/// <summary>llama.cpp in this process: loaded once, from one folder, and checked before its first use.</summary>
public static unsafe class LlamaLibrary
{
    private static readonly Lock Gate = new();
    private static string? loaded;
    private static bool resolved;

    /// <summary>Release of the loaded library.</summary>
    public static string Version => Marshal.PtrToStringUTF8((nint)LlamaApi.llama_version()) ?? "";

    /// <summary>What computes, e.g. the name of the CPU.</summary>
    public static IReadOnlyList<string> Devices => [.. Enumerable.Range(0, (int)GgmlApi.ggml_backend_dev_count()).Select(index => Text(GgmlApi.ggml_backend_dev_get((nuint)index)))];

    /// <summary>Whether anything but the CPU computes.</summary>
    public static bool IsAccelerated { get; private set; }

    /// <summary>Threads an engine takes when nobody says otherwise. ggml's threads spin while they wait for one another, so a core is left for all else.</summary>
    public static int DefaultThreads => Math.Max(1, Environment.ProcessorCount - 1);

    /// <summary>Loads the libraries and checks that they are the ones the binding was written for. Calls after the first do nothing.</summary>
    /// <param name="folder">Null or empty: where <c>infra/natives/fetch llama</c> put them.</param>
    /// <exception cref="EngineException">They are not there, are of another release, or none of the CPU variants fits.</exception>
    public static void Initialize(string? folder = null, ILogger? logger = null)
    {
        lock (Gate)
        {
            if (loaded is not null)
            {
                return;
            }

            if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            {
                throw new EngineException($"llama.cpp's libraries are for Linux on x86-64, not {RuntimeInformation.RuntimeIdentifier}.");
            }

            folder = Path.GetFullPath(folder is { Length: > 0 } ? folder : NativeFolder.Find());

            // without this an assertion in native code forks a debugger before it ends the process
            _ = GgmlApi.setenv("GGML_NO_BACKTRACE", "1", 1);
            Load(folder, logger ?? NullLogger.Instance);
            loaded = folder;
        }
    }

    internal static void Require()
    {
        if (loaded is null)
        {
            throw new InvalidOperationException($"{nameof(LlamaLibrary)}.{nameof(Initialize)} comes before the first model.");
        }
    }

    private static void Load(string folder, ILogger logger)
    {
        if (!resolved)
        {
            NativeFolder.Resolve(folder);
            resolved = true;
        }

        try
        {
            if (LayoutTest.Mismatch(Version, LlamaApi.llama_model_default_params(), LlamaApi.llama_context_default_params()) is { } mismatch)
            {
                throw new EngineException($"The llama.cpp library in {folder} does not fit the binding: {mismatch}. Run infra/natives/fetch llama.");
            }
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new EngineException($"The llama.cpp library in {folder} can't be loaded: {e.Message}", e);
        }

        NativeLog.Start(logger);
        GgmlApi.ggml_backend_load_all_from_path(folder);
        if (GgmlApi.ggml_backend_dev_count() == 0)
        {
            throw new EngineException($"None of the ggml-cpu libraries in {folder} runs on this machine.");
        }

        IsAccelerated = Enumerable.Range(0, (int)GgmlApi.ggml_backend_dev_count()).Any(index => GgmlApi.ggml_backend_dev_type(GgmlApi.ggml_backend_dev_get((nuint)index)) != 0);
        LlamaApi.llama_backend_init();
    }

    private static string Text(nint device) => Marshal.PtrToStringUTF8((nint)GgmlApi.ggml_backend_dev_description(device)) ?? "";
}
