using System.Globalization;
using System.Text.RegularExpressions;

namespace Platform.Catalog;

/// <summary>Bytes as people read and write them.</summary>
public static partial class ByteSize
{
    /// <summary>Null: it is no size, like <c>1.5GiB</c>.</summary>
    public static long? Parse(string text)
    {
        if (Size().Match(text) is not { Success: true } match) return null;
        var unit = match.Groups[2].Value.ToUpperInvariant() switch { "" or "B" => 1d, "KB" => 1e3, "MB" => 1e6, "GB" => 1e9, "KIB" => 1 << 10, "MIB" => 1 << 20, _ => 1 << 30 };
        return (long)(double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * unit);
    }

    public static string Of(long bytes) => bytes switch
    {
        < 1000 => FormattableString.Invariant($"{bytes} B"),
        < 1_000_000 => FormattableString.Invariant($"{bytes / 1e3:0.#} kB"),
        < 1_000_000_000 => FormattableString.Invariant($"{bytes / 1e6:0} MB"),
        _ => FormattableString.Invariant($"{bytes / 1e9:0.0} GB"),
    };

    [GeneratedRegex(@"\A\s*(\d{1,15}(?:\.\d{1,6})?)\s*(B|KB|MB|GB|KiB|MiB|GiB)?\s*\z", RegexOptions.IgnoreCase)]
    private static partial Regex Size();
}
