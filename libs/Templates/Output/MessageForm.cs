using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Templates.Output;

/// <summary>
/// The form in which a chat template takes the messages of a request. The API has a call's arguments as a text and lets the content beside it be null: most templates want an object,
/// and many fail on null or print it, while some show calls only where there is no content. Some know no system message, some refuse two messages of one role in a row.
/// What a model thought before it called is named in three ways.
/// </summary>
public sealed record MessageForm
{
    private static readonly string[] ReasoningNames = ["reasoning_content", "thinking", "reasoning"];

    private bool ArgumentsAreObjects { get; init; } = true;
    private bool ContentIsText { get; init; } = true;
    private bool TakesSystem { get; init; } = true;
    private bool TakesRepetition { get; init; } = true;
    private string Reasoning { get; init; } = ReasoningNames[0];

    /// <summary>The first form in which the template shows everything, the likeliest first.</summary>
    public static MessageForm Of(ChatTemplate template)
    {
        var form = new MessageForm();
        form = form with
        {
            TakesSystem = form.IsShown(template, """[{"role":"system","content":"shown_order"},{"role":"user","content":"a"}]""", "shown_order"),
            TakesRepetition = form.IsShown(template, """[{"role":"user","content":"shown_first"},{"role":"user","content":"shown_second"}]""", "shown_first", "shown_second"),
        };
        MessageForm[] forms = [form, form with { ContentIsText = false }, form with { ArgumentsAreObjects = false }, form with { ArgumentsAreObjects = false, ContentIsText = false }];
        const string Called = """
            [{"role":"user","content":"a"},
             {"role":"assistant","content":null,"reasoning_content":"shown_thought","tool_calls":[{"id":"aaaaaaaa1","type":"function","function":{"name":"shown_name","arguments":"{\"shown_key\":\"shown_value\"}"}}]},
             {"role":"tool","tool_call_id":"aaaaaaaa1","content":"shown_result"}]
            """;
        form = Array.Find(forms, one => one.IsShown(template, Called, "shown_name", "shown_key", "shown_value", "shown_result")) ?? form;
        return form with { Reasoning = Array.Find(ReasoningNames, name => (form with { Reasoning = name }).IsShown(template, Called, "shown_thought")) ?? form.Reasoning };
    }

    /// <summary>Brings messages into this form, in place.</summary>
    public JsonNode Shape(JsonNode messages)
    {
        if (messages is not JsonArray list) return messages;
        foreach (var message in list.OfType<JsonObject>())
        {
            if (RoleOf(message) == "assistant") NameReasoning(message);
            if (!HasCalls(message)) continue;
            if (ContentIsText) message["content"] ??= "";
            if (ArgumentsAreObjects) ParseArguments(message["tool_calls"]!.AsArray()); // it has some
        }

        if (!TakesSystem && list is [JsonObject first, ..] && RoleOf(first) == "system")
        {
            first["role"] = "user";
            if (list is [_, JsonObject second, ..] && RoleOf(second) == "user") Join(list, 0);
        }

        for (var i = list.Count - 2; i >= 0 && !TakesRepetition; i--)
        {
            if (list[i] is JsonObject one && list[i + 1] is JsonObject next && RoleOf(one) is "user" or "assistant" && RoleOf(one) == RoleOf(next) && !HasCalls(one) && !HasCalls(next)) Join(list, i);
        }

        return list;
    }

    /// <summary>Not where a call has text beside it: gpt-oss's template refuses both together.</summary>
    private void NameReasoning(JsonObject message)
    {
        var given = Array.Find(ReasoningNames, name => message[name] is JsonValue value && value.TryGetValue(out string? _));
        if (given is null || given == Reasoning || (HasCalls(message) && message["content"] is JsonValue said && said.TryGetValue(out string? text) && text.Length > 0)) return;
        message[Reasoning] = (string?)message[given];
        message.Remove(given);
    }

    private static string? RoleOf(JsonObject message) => (string?)message["role"];

    private static bool HasCalls(JsonObject message) => message["tool_calls"] is JsonArray { Count: > 0 };

    /// <summary>Makes one message of two.</summary>
    private static void Join(JsonArray messages, int first)
    {
        messages[first]!["content"] = $"{(string?)messages[first]!["content"]}\n\n{(string?)messages[first + 1]!["content"]}"; // both are objects
        messages.RemoveAt(first + 1);
    }

    private static void ParseArguments(JsonArray calls)
    {
        foreach (var function in calls.OfType<JsonObject>().Select(call => call["function"]).OfType<JsonObject>())
        {
            if (function["arguments"] is JsonValue value && value.TryGetValue(out string? text)) function["arguments"] = Parsed(text);
        }
    }

    private bool IsShown(ChatTemplate template, string messages, params string[] parts)
    {
        var tools = JsonNode.Parse("""[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{}}}}]""");
        try
        {
            var text = template.Render(new ChatTemplateInput { Messages = Shape(JsonNode.Parse(messages)!), Tools = tools }); // it is an array
            return Array.TrueForAll(parts, part => text.Contains(part, StringComparison.Ordinal)) && (ContentIsText || !text.Contains("None", StringComparison.Ordinal));
        }
        catch (TemplateException)
        {
            return false;
        }
    }

    /// <summary>What is no JSON stays a text.</summary>
    private static JsonNode? Parsed(string text)
    {
        try
        {
            return string.IsNullOrWhiteSpace(text) ? new JsonObject() : JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }
}
