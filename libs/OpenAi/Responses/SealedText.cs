using System.Text;

namespace Platform.OpenAi.Responses;

/// <summary>
/// <c>encrypted_content</c>: opaque to clients, so that one that stores nothing here can bring back a reasoning or a summary. Its client may know all it says, so there is nothing to hide.
/// </summary>
public static class SealedText
{
    private const string Mark = "rs1.";

    public static string Seal(ReadOnlySpan<byte> utf8) => Mark + Convert.ToBase64String(utf8);

    /// <summary>Null for what was sealed elsewhere.</summary>
    public static string? Open(string text)
    {
        if (!text.StartsWith(Mark, StringComparison.Ordinal)) return null;
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text[Mark.Length..], bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }
}
