using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Grammars.Tests.JsonSchema;

/// <summary>Two hundred schemas of a fixed seed, every keyword in several of them.</summary>
public sealed class GeneratedSchemaTests
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions Indented = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = true };

    private static readonly string[] Keywords =
    [
        "type", "enum", "const", "properties", "required", "additionalProperties", "patternProperties", "maxProperties", "items", "prefixItems", "minItems", "maxItems", "minLength", "maxLength", "pattern", "format",
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "$ref", "$defs", "anyOf", "oneOf", "allOf",
        "not", "if", "then", "else", "contains", "minContains", "maxContains", "uniqueItems", "dependentRequired", "dependentSchemas", "propertyNames", "minProperties",
    ];

    [Fact]
    public void Valid_instances_are_accepted_and_invalid_ones_refused()
    {
        var specimens = new Specimens(20261126);
        var texts = new List<string>();
        for (var i = 0; i < 200; i++)
        {
            var specimen = specimens.Root();
            var schema = specimen.Schema.ToJsonString(Relaxed);
            texts.Add(schema);
            var grammar = Grammar.Parse(SchemaGrammar.Of(JsonElement.Parse(schema)));
            for (var k = 0; k < 3; k++)
            {
                var (valid, invalid) = (specimen.Valid(), specimen.Invalid());
                Assert.True(Matches(grammar, valid, k == 0 ? Indented : Relaxed), $"{i}: {Text(valid)} is an instance of {schema}");
                Assert.False(Matches(grammar, invalid, Relaxed), $"{i}: {Text(invalid)} is no instance of {schema}");
            }
        }

        Assert.All(Keywords, keyword => Assert.True(texts.Count(text => text.Contains($"\"{keyword}\":", StringComparison.Ordinal)) >= 5, keyword));
        Assert.All(Formats(), format => Assert.True(texts.Count(text => text.Contains($"\"format\":\"{format}\"", StringComparison.Ordinal)) >= 5, format));
    }

    private static string[] Formats() => ["date", "time", "date-time", "uuid", "email", "ipv4", "ipv6", "hostname", "duration"];

    private static bool Matches(Grammar grammar, JsonNode? instance, JsonSerializerOptions options) => grammar.Matches(Encoding.UTF8.GetBytes(instance?.ToJsonString(options) ?? "null"));

    private static string Text(JsonNode? node) => node?.ToJsonString(Relaxed) ?? "null";
}
