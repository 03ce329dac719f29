using System.Buffers;
using System.Globalization;
using Platform.OpenAi.Json;

namespace Platform.OpenAi.Streaming;

/// <summary>
/// Numbers the events of a stream: an event's id is, for each choice, how many events it has had so far, joined by dots. What a choice's events are depends on its tokens alone,
/// so any gateway gives the same event the same id, in whatever order the choices come, and leaves out those a client has already.
/// </summary>
/// <param name="after">Id of the last event the client has; null: it has none.</param>
public sealed class EventIds(int choices, StreamPosition? after = null)
{
    private readonly int[] counts = new int[choices];

    /// <summary>The next event of a choice; false: the client has it.</summary>
    public bool Next(int choice) => ++counts[choice] > (after?.Of(choice) ?? 0);

    /// <summary>Writes the line that names the event begun last.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        output.Write("id: "u8);
        for (var i = 0; i < counts.Length; i++)
        {
            if (i > 0) output.Write("."u8);
            output.WriteNumber(after is { } known ? Math.Max(counts[i], known.Of(i)) : counts[i]);
        }

        output.Write("\n"u8);
    }
}

/// <summary>Where in a stream a client is.</summary>
public sealed class StreamPosition
{
    private readonly int[] counts;

    private StreamPosition(int[] counts) => this.counts = counts;

    public int Of(int choice) => choice < counts.Length ? counts[choice] : 0;

    /// <summary>Null: this is no event id of a stream with so many choices. The empty text is where every stream begins.</summary>
    public static StreamPosition? Read(string text, int choices)
    {
        var parts = text.Length == 0 ? [] : text.Split('.');
        var counts = new int[choices];
        if (parts.Length != 0 && parts.Length != choices) return null;
        for (var i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out counts[i])) return null;
        }

        return new StreamPosition(counts);
    }
}
