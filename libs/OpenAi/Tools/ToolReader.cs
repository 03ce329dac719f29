using System.Text.Json;
using System.Text.RegularExpressions;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Reading;
using Platform.OpenAi.Structured;

namespace Platform.OpenAi.Tools;

/// <summary>Reads <c>tools</c>, <c>tool_choice</c> and <c>parallel_tool_calls</c>, or their predecessors <c>functions</c> and <c>function_call</c>.</summary>
internal static partial class ToolReader
{
    private const int MostTools = 128;

    /// <summary>A function of which nothing is said takes nothing.</summary>
    private static readonly JsonElement NoParameters = JsonElement.Parse("""{"type":"object","properties":{},"additionalProperties":false}""");

    /// <summary>Null: no tools.</summary>
    public static ToolFields? Read(JsonObjectReader fields, FirstError errors)
    {
        var parallel = fields.Boolean("parallel_tool_calls");
        var (tools, functions) = (fields.Array("tools"), fields.Array("functions"));
        if (tools is { } current && current.GetArrayLength() > 0)
        {
            var definitions = current.EnumerateArray().Select((tool, i) => Tool(tool, $"tools[{i}]", errors)).OfType<ToolDefinition>().ToList();
            if (current.GetArrayLength() > MostTools) errors.Add(Wrong.LongArray("tools", MostTools, current.GetArrayLength()));
            return errors.Found is null ? Chosen(fields, "tool_choice", new ToolFields(current.GetRawText(), definitions, ToolMode.Auto, parallel ?? true, Legacy: false), errors) : null;
        }

        if (functions is { } old && old.GetArrayLength() > 0)
        {
            var definitions = old.EnumerateArray().Select((function, i) => Function(function, $"functions[{i}]", $"functions[{i}]", errors)).OfType<ToolDefinition>().ToList();
            if (old.GetArrayLength() > MostTools) errors.Add(Wrong.LongArray("functions", MostTools, old.GetArrayLength()));
            var json = $"[{string.Join(',', old.EnumerateArray().Select(function => $$"""{"type":"function","function":{{function.GetRawText()}}}"""))}]";
            return errors.Found is null ? Chosen(fields, "function_call", new ToolFields(json, definitions, ToolMode.Auto, Parallel: false, Legacy: true), errors) : null;
        }

        WithoutTools(fields, "tool_choice", "tools", errors);
        WithoutTools(fields, "function_call", "functions", errors);
        return null;
    }

    private static void WithoutTools(JsonObjectReader fields, string name, string needs, FirstError errors)
    {
        if (!fields.Has(name, out var choice)) return;
        if (choice.ValueKind != JsonValueKind.Object && fields.OneOf(name, "none", "auto", "required") is null or "none" or "auto") return;
        errors.Add(ApiError.Invalid($"Invalid value for '{name}': '{name}' is only allowed when '{needs}' are specified.", name));
    }

    private static ToolDefinition? Tool(JsonElement tool, string path, FirstError errors)
    {
        if (tool.ValueKind != JsonValueKind.Object)
        {
            errors.Add(Wrong.Type(path, "an object", tool));
            return null;
        }

        var fields = new JsonObjectReader(tool, $"{path}.", errors);
        fields.RequiredText("type");
        if (fields.OneOf("type", "function", "custom") is not { } type) return null;
        if (type == "custom")
        {
            errors.Add(ApiError.UnsupportedValue(fields.PathOf("type"), "custom", "'function'"));
            return null;
        }

        if (fields.Object("function") is { } function) return Function(function, $"{path}.function", $"{path}.function.parameters", errors);
        errors.Add(Wrong.Missing(fields.PathOf("function")));
        return null;
    }

    private static ToolDefinition? Function(JsonElement function, string path, string schemaParam, FirstError errors)
    {
        if (function.ValueKind != JsonValueKind.Object)
        {
            errors.Add(Wrong.Type(path, "an object", function));
            return null;
        }

        var fields = new JsonObjectReader(function, $"{path}.", errors);
        var name = fields.RequiredText("name", 64);
        fields.Text("description");
        var strict = fields.Boolean("strict") ?? false;
        var parameters = fields.Object("parameters");
        if (name is not null && !Names().IsMatch(name)) errors.Add(WrongName(fields.PathOf("name"), name));
        if (name is null || errors.Found is not null) return null;
        if (parameters is { } given && Shape(given) is { } wrong) errors.Add(InvalidFunction(name, wrong, schemaParam));
        else if (strict && StrictSchema.Fault(parameters ?? JsonElement.Parse("{}")) is { } fault) errors.Add(InvalidFunction(name, fault, schemaParam));
        return new ToolDefinition(name, parameters is { } said && said.EnumerateObject().Any() ? said.Clone() : NoParameters, strict, $"{path}.parameters");
    }

    /// <summary>Arguments are an object, whatever the schema says of them.</summary>
    private static string? Shape(JsonElement schema) =>
        schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && !type.ValueEquals("object") ? $"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{type.GetString()}\"'." : null;

    private static ApiError InvalidFunction(string name, string fault, string param) => ApiError.Invalid($"Invalid schema for function '{name}': {fault}", param, "invalid_function_parameters");

    internal static ApiError WrongName(string param, string name) => name.Length == 0
        ? Wrong.EmptyText(param)
        : ApiError.Invalid($"Invalid '{param}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.", param, "invalid_value");

    private static ToolFields? Chosen(JsonObjectReader fields, string name, ToolFields tools, FirstError errors)
    {
        if (!fields.Has(name, out var choice)) return tools;
        if (choice.ValueKind == JsonValueKind.String)
        {
            var mode = tools.Legacy ? fields.OneOf(name, "none", "auto") : fields.OneOf(name, "none", "auto", "required");
            return tools with { Mode = Mode(mode) };
        }

        if (choice.ValueKind != JsonValueKind.Object)
        {
            errors.Add(Wrong.Type(name, "one of a string or an object", choice));
            return null;
        }

        var inside = new JsonObjectReader(choice, $"{name}.", errors);
        if (tools.Legacy) return Named(tools, inside.RequiredText("name"), name, inside.PathOf("name"), errors);
        inside.RequiredText("type");
        switch (inside.OneOf("type", "function", "allowed_tools", "custom"))
        {
            case "function" when inside.Object("function") is { } function:
                var called = new JsonObjectReader(function, $"{name}.function.", errors);
                return Named(tools, called.RequiredText("name"), name, called.PathOf("name"), errors);
            case "function":
                errors.Add(Wrong.Missing(inside.PathOf("function")));
                return null;
            case "allowed_tools" when inside.Object("allowed_tools") is { } allowed:
                return Allowed(tools, new JsonObjectReader(allowed, $"{name}.allowed_tools.", errors), name, errors);
            case "allowed_tools":
                errors.Add(Wrong.Missing(inside.PathOf("allowed_tools")));
                return null;
            case "custom":
                errors.Add(ApiError.UnsupportedValue(inside.PathOf("type"), "custom", "'function'"));
                return null;
            default:
                return null;
        }
    }

    private static ToolFields? Named(ToolFields tools, string? wanted, string param, string path, FirstError errors)
    {
        if (wanted is null) return null;
        if (tools.Callable.FirstOrDefault(tool => tool.Name == wanted) is { } tool) return tools with { Callable = [tool], Mode = ToolMode.Named };
        errors.Add(ApiError.Invalid($"Invalid value for '{param}': the function '{(wanted.Length > 64 ? wanted[..64] : wanted)}' is not among those given in '{(tools.Legacy ? "functions" : "tools")}'.", path));
        return null;
    }

    private static ToolFields? Allowed(ToolFields tools, JsonObjectReader fields, string param, FirstError errors)
    {
        fields.RequiredText("mode");
        var mode = fields.OneOf("mode", "auto", "required");
        if (fields.Array("tools") is not { } list)
        {
            errors.Add(Wrong.Missing(fields.PathOf("tools")));
            return null;
        }

        var allowed = new List<ToolDefinition>();
        foreach (var (i, one) in list.EnumerateArray().Index())
        {
            var path = $"{fields.PathOf("tools")}[{i}]";
            if (one.ValueKind != JsonValueKind.Object)
            {
                errors.Add(Wrong.Type(path, "an object", one));
                return null;
            }

            var holder = one.TryGetProperty("function", out var function) && function.ValueKind == JsonValueKind.Object ? (function, $"{path}.function.") : (one, $"{path}.");
            if (Named(tools, new JsonObjectReader(holder.Item1, holder.Item2, errors).RequiredText("name"), param, $"{holder.Item2}name", errors) is not { } named) return null;
            allowed.AddRange(named.Callable);
        }

        if (allowed.Count == 0) errors.Add(Wrong.EmptyArray(fields.PathOf("tools")));
        return tools with { Callable = allowed, Mode = Mode(mode) };
    }

    private static ToolMode Mode(string? mode) => mode switch
    {
        "none" => ToolMode.None,
        "required" => ToolMode.Required,
        _ => ToolMode.Auto,
    };

    [GeneratedRegex("^[a-zA-Z0-9_-]+\\z")]
    internal static partial Regex Names();
}
