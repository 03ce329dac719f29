namespace Platform.Catalog;

/// <summary>Replaces a file in one step: a reader sees the old text or the new one.</summary>
internal static class AtomicFile
{
    public static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var draft = $"{path}.{Guid.NewGuid():n}";
        try
        {
            File.WriteAllText(draft, text);
            File.Move(draft, path, overwrite: true);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }
}
