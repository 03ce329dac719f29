namespace Platform.Benchmarks.Processes;

/// <summary>Several measurements of one thing.</summary>
internal sealed class Spread
{
    private readonly List<double> _values = [];

    public double Median => _values.Order().ElementAt(_values.Count / 2);

    public void Add(double value) => _values.Add(value);

    /// <param name="format">Of each number.</param>
    public string Text(string format) => _values.Count == 0 ? "–" : $"{Median.ToString(format)} ({_values.Min().ToString(format)}–{_values.Max().ToString(format)})";
}
