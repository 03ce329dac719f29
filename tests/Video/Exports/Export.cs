using Platform.Video.Tests.Wan;

namespace Platform.Video.Tests.Exports;

/// <summary>A copy of a model's folder, to be changed.</summary>
internal sealed class Export : IDisposable
{
    public Export(string model)
    {
        var from = GoldenCase.FolderOf(model);
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(Folder, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!); // never at the root
            File.Copy(file, to);
        }
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("platform-export-").FullName;

    public IEnumerable<string> Graphs => Directory.EnumerateFiles(Folder, "*.onnx", SearchOption.AllDirectories);

    /// <param name="file">Relative path.</param>
    public void Edit(string file, Action<OnnxGraph> change) => OnnxGraph.Edit(Path.Combine(Folder, file), change);

    public void EditAll(Action<OnnxGraph, string> change)
    {
        foreach (var graph in Graphs.ToList()) OnnxGraph.Edit(graph, edited => change(edited, Path.GetFileName(graph)));
    }

    public void Write(string file, string text) => File.WriteAllText(Path.Combine(Folder, file), text);

    /// <summary>Puts fields before those of a JSON file.</summary>
    public void Configure(string file, string fields) => Write(file, $"{{{fields},{File.ReadAllText(Path.Combine(Folder, file)).TrimStart()[1..]}");

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
