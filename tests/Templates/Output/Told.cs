using System.Text;
using Platform.Templates.Output;

namespace Platform.Templates.Tests.Output;

/// <summary>Keeps what a parser tells, what belongs together joined.</summary>
internal sealed class Told : IOutputSink
{
    private readonly List<(string Kind, List<byte> Text)> parts = [];

    public string Content => string.Concat(parts.Where(part => part.Kind == "says").Select(part => Encoding.UTF8.GetString([.. part.Text])));

    public List<(string Name, string Arguments)> Calls
    {
        get
        {
            var calls = new List<(string, string)>();
            foreach (var (kind, text) in parts)
            {
                if (kind == "calls")
                {
                    calls.Add((Encoding.UTF8.GetString([.. text]), ""));
                }
                else if (kind == "with")
                {
                    calls[^1] = (calls[^1].Item1, Encoding.UTF8.GetString([.. text]));
                }
            }

            return calls;
        }
    }

    void IOutputSink.Content(ReadOnlySpan<byte> utf8) => Add("says", utf8);

    public void Reasoning(ReadOnlySpan<byte> utf8) => Add("thinks", utf8);

    public void ToolCall(int index, string id, string name)
    {
        Assert.Equal(Calls.Count, index);
        parts.Add(("calls", [.. Encoding.UTF8.GetBytes(name)]));
    }

    public void Arguments(int index, ReadOnlySpan<byte> utf8)
    {
        Assert.Equal(Calls.Count - 1, index);
        Add("with", utf8);
    }

    public override string ToString() => string.Join(' ', parts.Select(part => $"{part.Kind}({Encoding.UTF8.GetString([.. part.Text])})"));

    private void Add(string kind, ReadOnlySpan<byte> utf8)
    {
        if (parts.Count == 0 || parts[^1].Kind != kind)
        {
            parts.Add((kind, []));
        }

        parts[^1].Text.AddRange(utf8);
    }
}
