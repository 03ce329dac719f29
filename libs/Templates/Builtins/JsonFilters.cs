using Platform.Templates.Json;
using Platform.Templates.Values;

namespace Platform.Templates.Builtins;

/// <summary>Filters to and from JSON, with the parameters that chat templates expect of them: not those of a web page.</summary>
internal static class JsonFilters
{
    public static readonly Builtin[] All =
    [
        new("tojson", "ensure_ascii=, indent=, separators=, sort_keys=", ToJson),
        new("from_json", "", call => JsonValues.Parse(call.Text(0))),
    ];

    private static StringValue ToJson(Invocation call)
    {
        var indent = call.Given(2) switch
        {
            null => null,
            StringValue text => text.Text,
            _ => new string(' ', TextFilters.Width(call, 2, 0)),
        };
        var (item, key) = call.Given(3) switch
        {
            null => (indent is null ? ", " : ",", ": "),
            SequenceValue { Items: [StringValue first, StringValue second] } => (first.Text, second.Text),
            _ => throw new TemplateException("tojson: separators must be a pair of strings"),
        };
        var json = new JsonWriter(call.Flag(1), indent, item, key, call.Flag(4)).Write(call.Self);
        call.State.Spend(json.Length >> 5);
        return StringValue.Of(json);
    }
}
