namespace Platform.Blobs;

/// <summary>Where blobs are kept; configuration section <c>Platform:Blobs</c>.</summary>
public sealed record BlobOptions
{
    public const string Section = "Platform:Blobs";

    /// <summary>Folder on this machine; empty: <c>blobs</c> in <c>PLATFORM_DATA</c>, or in the user's own data folder.</summary>
    public string Folder { get; init; } = "";

    /// <summary>An S3 bucket instead of the folder: what several machines share.</summary>
    public S3Options? S3 { get; init; }

    internal string FolderOrDefault() => Path.GetFullPath(Folder.Length > 0 ? Folder : Path.Combine(
        Environment.GetEnvironmentVariable("PLATFORM_DATA") is { Length: > 0 } data ? data : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "platform"),
        "blobs"));
}

/// <param name="Bucket">Must exist.</param>
/// <param name="Endpoint">URL of an S3-compatible server; empty: Amazon's own.</param>
/// <param name="Prefix">What a key begins with.</param>
/// <param name="AccessKey">Empty: whatever the environment offers (variables, a profile, the machine's role).</param>
public sealed record S3Options(string Bucket = "", string Endpoint = "", string Region = "us-east-1", string Prefix = "", string AccessKey = "", string SecretKey = "");
