namespace Platform.Inference.LlamaCpp;

/// <summary>Where the native libraries lie; configuration section <c>Platform:Natives</c>.</summary>
public sealed record NativesOptions
{
    public const string Section = "Platform:Natives";

    /// <summary>Folder with libllama, libggml and the CPU variants; empty: what <c>infra/natives/fetch llama</c> fetched.</summary>
    public string Folder { get; init; } = "";
}
