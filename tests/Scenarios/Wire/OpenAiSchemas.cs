using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace Platform.Scenarios.Tests.Wire;

/// <summary>
/// The published schemas of OpenAI's API, relaxed as its own service makes necessary: what is optional may be null, and other properties may stand beside.
/// </summary>
internal static class OpenAiSchemas
{
    private static readonly Lazy<JsonObject?> Definitions = new(Load);
    private static readonly Dictionary<string, JsonSchema> Built = [];

    /// <summary>Skips a test that is about the schemas alone where they are not there.</summary>
    public static void AreNeeded() => Assert.SkipWhen(Definitions.Value is null, "the published schemas are not there");

    /// <summary>Fails unless the object keeps to the schema of this name. Where the schemas are not there, <see cref="PublishedSchemaTests"/> say so.</summary>
    public static void Check(string name, JsonElement json)
    {
        if (Definitions.Value is null) return;
        lock (Built)
        {
            if (!Built.TryGetValue(name, out var schema))
            {
                var whole = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["$id"] = $"https://tests/{name}", ["$ref"] = $"#/$defs/{name}", ["$defs"] = Definitions.Value!.DeepClone() };
                Built[name] = schema = JsonSchema.FromText(whole.ToJsonString());
            }

            var results = schema.Evaluate(JsonNode.Parse(json.GetRawText()), new EvaluationOptions { OutputFormat = OutputFormat.List });
            Assert.True(results.IsValid, $"{name}: {string.Join('\n', (results.Details ?? []).Where(one => one.HasErrors).Select(one => $"{one.InstanceLocation} {one.EvaluationPath}: {string.Join(", ", one.Errors!.Values)}").Take(20))}\n{json.GetRawText()}");
        }
    }

    private static JsonObject? Load()
    {
        var file = Path.Combine(RepositoryRoot.Find(), "../shared/reference/openai/openai-slice.schema.json");
        if (!File.Exists(file)) return null;
        var definitions = JsonNode.Parse(File.ReadAllText(file))!["$defs"]!.AsObject();
        Amend(definitions);
        foreach (var (_, definition) in definitions) Relax(definition);
        return definitions;
    }

    /// <summary>Where what OpenAI's service is recorded to answer breaks its own schema, and where a model of ours makes other sizes.</summary>
    private static void Amend(JsonObject definitions)
    {
        definitions["VideoSize"] = new JsonObject { ["type"] = "string" };
        var choice = definitions["CreateCompletionResponse"]!["properties"]!["choices"]!["items"]!["properties"]!.AsObject();
        choice["finish_reason"]!["type"] = new JsonArray("string", "null"); // of a streamed choice that goes on
        choice["finish_reason"]!["enum"]!.AsArray().Add(null);
        choice["logprobs"]!["anyOf"]![0]!["properties"]!["token_logprobs"]!["items"]!["type"] = new JsonArray("number", "null"); // of the first token of an echoed prompt
        choice["logprobs"]!["anyOf"]![0]!["properties"]!["top_logprobs"]!["items"]!["type"] = new JsonArray("object", "null");
        definitions["ChatCompletionMessageList"]!["properties"]!["data"]!["items"]!["allOf"]!.AsArray().RemoveAt(0); // the messages of all roles are listed, not the assistant's
    }

    private static void Relax(JsonNode? node)
    {
        switch (node)
        {
            case JsonArray array:
                foreach (var element in array) Relax(element);
                break;
            case JsonObject schema:
                foreach (var (_, value) in schema.ToList()) Relax(value);
                if (schema["additionalProperties"] is JsonValue) schema.Remove("additionalProperties");
                if (schema["oneOf"] is JsonArray oneOf && schema["anyOf"] is null)
                {
                    schema.Remove("oneOf");
                    schema["anyOf"] = oneOf;
                }

                if (schema["properties"] is not JsonObject properties) break;
                var required = (schema["required"] as JsonArray)?.Select(name => name!.GetValue<string>()).ToHashSet() ?? [];
                foreach (var (name, property) in properties.ToList().Where(property => !required.Contains(property.Key)))
                {
                    properties[name] = new JsonObject { ["anyOf"] = new JsonArray(property!.DeepClone(), new JsonObject { ["type"] = "null" }) };
                }

                break;
        }
    }
}
