using System.Security.Cryptography;

namespace Platform.Catalog.Tests;

/// <summary>A folder with a model file, a bundled catalogue and room for an operator's file.</summary>
internal sealed class CatalogFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("catalog").FullName;
    public string Hash { get; }
    public CatalogOptions Options { get; }

    public CatalogFolder(string? models = null)
    {
        File.WriteAllText(At("model.gguf"), "not really a model");
        Hash = Convert.ToHexStringLower(SHA256.HashData("not really a model"u8));
        Options = new CatalogOptions { File = At("catalog.json"), OperatorFile = At("data/models.json") };
        Directory.CreateDirectory(At("data"));
        Bundled(models ?? Model());
    }

    public string At(string name) => Path.Combine(Root, name);

    public void Bundled(string models) => File.WriteAllText(At("catalog.json"), $$"""{ "models": [{{models}}] }""");

    public void Own(string json) => File.WriteAllText(Options.OperatorFile, json);

    /// <param name="more">Further fields, each with a comma before it.</param>
    public string Model(string id = "tiny", string more = "", string? hash = null, string path = "model.gguf", string context = "512", string kind = "chat", string engine = "llama.cpp") =>
        $$"""{ "id": "{{id}}", "kind": "{{kind}}", "engine": "{{engine}}", "files": [{ "path": "{{path}}", "sha256": "{{hash ?? Hash}}" }], "context_length": {{context}}{{more}} }""";

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
