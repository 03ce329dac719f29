using System.Text;
using System.Text.Json;
using Platform.Grammars;

namespace Platform.Templates.Output.Formats;

/// <summary>Calls whose arguments stand one by one between tags: texts as they are, everything else as JSON. The arguments are told as one JSON object, argument by argument.</summary>
internal abstract class XmlFormat : OutputFormat
{
    public override IReadOnlyList<string> ShownTokens => [Marks.Open.Trim(), Marks.Close, "<think>", "</think>"];

    /// <summary>What calls stand in.</summary>
    protected virtual (string Open, string Close) Marks => ("<tool_call>", "</tool_call>");

    /// <summary>What the grammar puts between two calls.</summary>
    protected virtual string Between => $"{Marks.Close}\n{Marks.Open}";

    /// <summary>Before the name, after it, and at the call's end, within the marks.</summary>
    protected abstract (string Before, string After, string End) Call { get; }

    /// <summary>Before an argument's name, between name and value, and after the value.</summary>
    protected abstract (string Before, string Middle, string After) Argument { get; }

    public override ToolGrammar Grammar(ToolUse use, Thinks thinks)
    {
        var text = new GrammarText();
        var calls = use.Tools.Select((tool, i) => text.Rule("call", $"{GrammarText.Literal(Call.Before + tool.Name + Call.After)} {Arguments(text, tool, i)} {GrammarText.Literal(Call.End)}"));
        var call = text.Rule("calls", string.Join(" | ", calls));
        var more = use.Parallel ? $"({GrammarText.Literal(Between)} {call})*" : "";
        text.Root($"{GrammarText.Literal(Marks.Open)} {call} {more} {GrammarText.Literal(Marks.Close)}", use.Required ? First(thinks) : null);
        return new ToolGrammar(text.ToString(), use.Required ? [] : [Marks.Open.Trim()]);
    }

    public override OutputParser Parser(IOutputSink sink, OutputContext context) => new XmlParser(this, sink, context);

    private string Arguments(GrammarText text, Tool tool, int index)
    {
        if (tool.Parameters.ValueKind != JsonValueKind.Object || !tool.Parameters.TryGetProperty("properties", out var properties) || properties.ValueKind != JsonValueKind.Object)
        {
            return "";
        }

        var required = tool.Parameters.TryGetProperty("required", out var list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray().Select(name => name.ToString())] : new HashSet<string>();
        var parts = new StringBuilder();
        foreach (var property in properties.EnumerateObject())
        {
            var path = $"/{index}/properties/{property.Name}";
            var value = IsText(property.Value) ? text.Raw(property.Value, tool.Parameters, path, Argument.After.Trim()) : text.Schema(property.Value, tool.Parameters, path);
            var part = $"{GrammarText.Literal(Argument.Before + property.Name + Argument.Middle)} {value} {GrammarText.Literal(Argument.After)}";
            parts.Append(required.Contains(property.Name) ? $"{part} " : $"({part})? ");
        }

        return parts.ToString();
    }

    private static bool IsText(JsonElement schema) => schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("string");

    private sealed class XmlParser(XmlFormat format, IOutputSink sink, OutputContext context) : MarkedParser(format, sink, context, [format.Marks.Open.Trim()])
    {
        private readonly byte[] prefix = Encoding.UTF8.GetBytes(format.Call.Before.Trim());
        private readonly byte[][] nameEnds = [.. new[] { format.Call.After.Trim() is { Length: > 0 } end ? end : format.Call.After, format.Argument.Before.Trim(), format.Marks.Close }.Select(Encoding.UTF8.GetBytes)];

        /// <summary>Another argument, the end, or another call within the same marks.</summary>
        private readonly byte[][] next = [.. new[] { format.Argument.Before.Trim(), format.Marks.Close, format.Call.Before.Trim() }.Where(mark => mark.Length > 0).Select(Encoding.UTF8.GetBytes)];
        private readonly byte[][] middle = [Encoding.UTF8.GetBytes(format.Argument.Middle.Trim())];
        private readonly byte[][] after = [Encoding.UTF8.GetBytes(format.Argument.After.Trim())];
        private State state;
        private Tool? tool;
        private string key = "";
        private int index;
        private int told;

        private enum State { Name, Next, Key, Value }

        protected override void BeginCall(int mark) => (state, told) = (State.Name, 0);

        protected override bool StepCall() => state switch
        {
            State.Name => Name(),
            State.Next => Next(),
            State.Key => Key(),
            _ => Value(),
        };

        private bool Name()
        {
            if (!SkipSpace() || (prefix.Length > 0 && !IsOver && Text.Length < prefix.Length))
            {
                return false;
            }

            // the name's own tag must not be taken for the mark that ends it
            if (prefix.Length > 0 && Text.StartsWith(prefix))
            {
                Take(prefix.Length);
            }

            var mark = Find(nameEnds, out var before);
            if (mark < 0)
            {
                if (IsOver)
                {
                    Take(Text.Length);
                }

                return false;
            }

            var name = Encoding.UTF8.GetString(Text[..before]).Trim();
            Take(before + (mark == 0 ? nameEnds[0].Length : 0));
            tool = Context.Tools.FirstOrDefault(known => known.Name == name);
            index = Call(name);
            Sink.Arguments(index, "{"u8);
            state = State.Next;
            return true;
        }

        private bool Next()
        {
            var mark = Find(next, out var before);
            Take(before);
            if (mark < 0)
            {
                return false;
            }

            Take(next[mark].Length);
            if (mark == 0)
            {
                state = State.Key;
                return true;
            }

            Sink.Arguments(index, "}"u8);
            if (mark == 1)
            {
                return EndCalls();
            }

            (state, told) = (State.Name, 0);
            return true;
        }

        private bool Key()
        {
            var mark = Find(middle, out var before);
            if (mark < 0)
            {
                return false;
            }

            key = Encoding.UTF8.GetString(Text[..before]).Trim();
            Take(before + middle[mark].Length);
            state = State.Value;
            return true;
        }

        private bool Value()
        {
            var mark = Find(after, out var before);
            if (mark < 0)
            {
                return false;
            }

            var value = Encoding.UTF8.GetString(Text[..before]);
            Take(before + after[mark].Length);
            Sink.Arguments(index, Encoding.UTF8.GetBytes($"{(told++ > 0 ? ", " : "")}{GrammarText.Json(key)}: {Written(value)}"));
            state = State.Next;
            return true;
        }

        /// <summary>A text as JSON; JSON as it is.</summary>
        private string Written(string value)
        {
            // one line break beside the tags belongs to them
            value = value.StartsWith('\n') ? value[1..] : value;
            value = value.EndsWith('\n') ? value[..^1] : value;
            if (tool is not null && tool.Parameters.ValueKind == JsonValueKind.Object && tool.Parameters.TryGetProperty("properties", out var properties)
                && properties.ValueKind == JsonValueKind.Object && properties.TryGetProperty(key, out var schema) && IsText(schema))
            {
                return GrammarText.Json(value);
            }

            try
            {
                using var json = JsonDocument.Parse(value);
                return value.Trim();
            }
            catch (JsonException)
            {
                return GrammarText.Json(value);
            }
        }
    }
}
