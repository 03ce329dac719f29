using System.Text.Json;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Reading;
using Platform.OpenAi.Tools;

namespace Platform.OpenAi.Structured;

/// <summary>Reads <c>response_format</c> and what other servers have in its place: llama.cpp's <c>grammar</c> and <c>json_schema</c>, vLLM's <c>guided_*</c> and <c>structured_outputs</c>.</summary>
internal static class OutputFormReader
{
    /// <summary>Null: any text.</summary>
    public static OutputForm? Read(JsonObjectReader fields, FirstError errors)
    {
        var forms = new List<OutputForm?>
        {
            ResponseFormat(fields, errors),
            Gbnf(fields, "grammar"),
            Schema(fields, "json_schema", errors),
        };
        forms.AddRange(Guided(fields, "guided_", errors));
        if (fields.Object("structured_outputs") is { } structured) forms.AddRange(Guided(new JsonObjectReader(structured, "structured_outputs.", errors), "", errors));
        var asked = forms.OfType<OutputForm>().ToList();
        if (asked.Count > 1)
        {
            errors.Add(ApiError.Invalid($"'{asked[1].Param}' can't be used together with '{asked[0].Param}': both say what the answer has to look like.", asked[1].Param, "invalid_parameter_combination"));
        }

        return asked.FirstOrDefault();
    }

    private static IEnumerable<OutputForm?> Guided(JsonObjectReader fields, string prefix, FirstError errors)
    {
        yield return Schema(fields, $"{prefix}json", errors);
        yield return Gbnf(fields, $"{prefix}grammar");
        yield return fields.Text($"{prefix}regex") is { Length: > 0 } pattern ? new OutputForm.Pattern(pattern, fields.PathOf($"{prefix}regex")) : null;
        if (fields.Array($"{prefix}choice") is not { } choices) yield break;
        var path = fields.PathOf($"{prefix}choice");
        if (choices.GetArrayLength() == 0) errors.Add(Wrong.EmptyArray(path));
        foreach (var (i, choice) in choices.EnumerateArray().Index())
        {
            if (choice.ValueKind != JsonValueKind.String) errors.Add(Wrong.Type($"{path}[{i}]", "a string", choice));
        }

        yield return new OutputForm.OneOf([.. choices.EnumerateArray().Where(choice => choice.ValueKind == JsonValueKind.String).Select(choice => choice.GetString()!)], path); // a JSON string is never null
    }

    private static OutputForm.Gbnf? Gbnf(JsonObjectReader fields, string name) => fields.Text(name) is { Length: > 0 } grammar ? new OutputForm.Gbnf(grammar, fields.PathOf(name)) : null;

    /// <summary>A schema, as an object or as its text.</summary>
    private static OutputForm.Schema? Schema(JsonObjectReader fields, string name, FirstError errors)
    {
        if (!fields.Has(name, out var schema)) return null;
        var path = fields.PathOf(name);
        if (schema.ValueKind is JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False) return new OutputForm.Schema(schema.Clone(), path);
        try
        {
            if (schema.ValueKind == JsonValueKind.String) return new OutputForm.Schema(JsonElement.Parse(schema.GetString()!), path); // a JSON string is never null
        }
        catch (JsonException)
        {
            errors.Add(ApiError.Invalid($"Invalid '{path}': its text is not JSON.", path, "invalid_value"));
            return null;
        }

        errors.Add(Wrong.Type(path, "an object", schema));
        return null;
    }

    private static OutputForm? ResponseFormat(JsonObjectReader fields, FirstError errors)
    {
        if (fields.Object("response_format") is not { } format) return null;
        var inside = new JsonObjectReader(format, "response_format.", errors);
        inside.RequiredText("type");
        switch (inside.OneOf("type", "json_object", "json_schema", "text"))
        {
            case "json_object":
                return inside.Has("schema", out _) ? Schema(inside, "schema", errors) : new OutputForm.JsonObject("response_format");
            case "json_schema":
                return JsonSchema(inside, errors);
            default:
                return null;
        }
    }

    private static OutputForm.Schema? JsonSchema(JsonObjectReader format, FirstError errors)
    {
        if (format.Object("json_schema") is not { } holder)
        {
            errors.Add(Wrong.Missing("response_format.json_schema"));
            return null;
        }

        var fields = new JsonObjectReader(holder, "response_format.json_schema.", errors);
        var name = fields.RequiredText("name", 64);
        if (name is not null && !ToolReader.Names().IsMatch(name)) errors.Add(ToolReader.WrongName(fields.PathOf("name"), name));
        fields.Text("description");
        var strict = fields.Boolean("strict") ?? false;
        if (fields.Object("schema") is not { } schema)
        {
            errors.Add(Wrong.Missing(fields.PathOf("schema")));
            return null;
        }

        if (strict && StrictSchema.Fault(schema) is { } fault) errors.Add(ApiError.Invalid($"Invalid schema for response_format '{name}': {fault}", "response_format"));
        return new OutputForm.Schema(schema.Clone(), fields.PathOf("schema"));
    }
}
