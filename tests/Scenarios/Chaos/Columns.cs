using System.Globalization;

namespace Platform.Scenarios.Tests.Chaos;

/// <summary>Rows under their headings, each column as wide as it needs: names to the left, figures to the right.</summary>
internal sealed class Columns(params string[] headings)
{
    private readonly List<string[]> _rows = [headings];

    public void Add(params IEnumerable<object?> cells) => _rows.Add([.. cells.Select(cell => cell switch
    {
        null => "–",
        TimeSpan time => time.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture) + " ms",
        double number => number.ToString("0.00", CultureInfo.InvariantCulture),
        _ => Convert.ToString(cell, CultureInfo.InvariantCulture)!,
    })]);

    public IEnumerable<string> Lines()
    {
        var widths = Enumerable.Range(0, headings.Length).Select(column => _rows.Max(row => row[column].Length)).ToList();
        return _rows.Select(row => string.Join("  ", row.Select((cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]))));
    }
}
