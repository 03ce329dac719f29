namespace Platform.Cli.Up;

/// <summary>A file that only its owner can read, from its first byte on.</summary>
internal static class SecretFile
{
    public static void Write(string path, string text)
    {
        var file = path + ".new";
        File.Delete(file);
        using (var stream = new FileStream(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        using (var writer = new StreamWriter(stream))
        {
            writer.Write(text);
        }

        File.Move(file, path, overwrite: true);
    }
}
