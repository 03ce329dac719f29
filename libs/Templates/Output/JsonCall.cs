using System.Text;
using System.Text.Json;

namespace Platform.Templates.Output;

/// <summary>Reads the JSON object of a call, <c>{"name": …, "arguments": …}</c>, or of its arguments alone, byte by byte, and passes the arguments' text on as it comes.</summary>
/// <param name="begin">Called with the name once it is known; gives the call's index.</param>
internal sealed class JsonCall(IOutputSink sink, Func<string, int> begin)
{
    private static readonly string[] NameKeys = ["name", "tool_name"];
    private static readonly string[] ArgumentKeys = ["arguments", "parameters"];

    private readonly List<byte> key = [];
    private readonly List<byte> name = [];
    private readonly List<byte> arguments = [];
    private State state;
    private int index = -1;
    private int depth;
    private bool quoted;
    private bool escaped;

    private enum State { Start, Members, Key, Colon, Value, InValue, Done }

    public bool IsDone => state == State.Done;

    /// <summary>The object that comes is the arguments, of a call of this name.</summary>
    public static JsonCall OfArguments(IOutputSink sink, int index) => new(sink, _ => index) { state = State.Value, index = index, key = { (byte)'a' }, bare = true };

    private bool bare;

    /// <summary>Takes what belongs to the object; returns how many bytes.</summary>
    public int Read(ReadOnlySpan<byte> text)
    {
        var passed = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (state == State.Done)
            {
                return i;
            }

            var before = state;
            Next(text[i]);
            if (before == State.Value && state != State.Value)
            {
                passed = i;
            }

            if (before is State.InValue && state != State.InValue)
            {
                // a number or a word ends before the byte that shows it
                Pass(text[passed..(ended ? i + 1 : i)]);
                EndValue();
                if (!ended && state != State.Done)
                {
                    Next(text[i]);
                }
            }
        }

        if (state == State.InValue)
        {
            Pass(text[passed..]);
        }

        return text.Length;
    }

    private bool ended;

    private void Next(byte next)
    {
        switch (state)
        {
            case State.Start:
                state = next == '{' ? State.Members : state;
                break;
            case State.Members:
                if (next == '"')
                {
                    key.Clear();
                    state = State.Key;
                }
                else if (next == '}')
                {
                    Finish();
                }

                break;
            case State.Key:
                if (!escaped && next == '"')
                {
                    state = State.Colon;
                }
                else
                {
                    key.Add(next);
                    escaped = !escaped && next == '\\';
                }

                break;
            case State.Colon:
                state = next == ':' ? State.Value : state;
                break;
            case State.Value:
                if (next is not ((byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t'))
                {
                    (depth, quoted, escaped, ended) = (0, false, false, false);
                    state = State.InValue;
                    Inside(next);
                }

                break;
            case State.InValue:
                Inside(next);
                break;
        }
    }

    private void Inside(byte next)
    {
        if (quoted)
        {
            if (!escaped && next == '"')
            {
                quoted = false;
                EndIf(depth == 0);
            }

            escaped = !escaped && next == '\\';
            return;
        }

        switch (next)
        {
            case (byte)'"':
                quoted = true;
                break;
            case (byte)'{' or (byte)'[':
                depth++;
                break;
            case (byte)'}' or (byte)']' when depth > 0:
                EndIf(--depth == 0);
                break;
            case (byte)',' or (byte)'}' or (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t' when depth == 0:
                state = bare ? State.Done : State.Members;
                break;
        }
    }

    private void EndIf(bool over)
    {
        if (over)
        {
            ended = true;
            state = bare ? State.Done : State.Members;
        }
    }

    private void Pass(ReadOnlySpan<byte> text)
    {
        if (text.Length == 0)
        {
            return;
        }

        if (bare || Is(ArgumentKeys))
        {
            if (index >= 0)
            {
                sink.Arguments(index, text);
            }
            else
            {
                arguments.AddRange(text);
            }
        }
        else if (Is(NameKeys))
        {
            name.AddRange(text);
        }
    }

    private void EndValue()
    {
        if (!bare && index < 0 && Is(NameKeys) && Decoded() is { } decoded)
        {
            index = begin(decoded);
            if (arguments.Count > 0)
            {
                sink.Arguments(index, [.. arguments]);
            }
        }

        if (bare)
        {
            state = State.Done;
        }
    }

    private void Finish() => state = State.Done;

    private bool Is(string[] names) => Array.Exists(names, one => key.Count == one.Length && Encoding.ASCII.GetString([.. key]) == one);

    private string? Decoded()
    {
        try
        {
            return JsonSerializer.Deserialize<string>([.. name]);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
