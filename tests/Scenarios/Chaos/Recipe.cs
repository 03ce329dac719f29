using System.Text.Json.Nodes;

namespace Platform.Scenarios.Tests.Chaos;

/// <summary>A request whose answer is always the same, whatever happens on the way.</summary>
internal sealed record Recipe(string Name, string Model, int Choices, string More)
{
    /// <summary>Each of a few seconds on the slow model, and of many frames.</summary>
    public static IReadOnlyList<Recipe> All { get; } =
    [
        new("greedy", TestCatalogue.Slow, 1, """ "temperature":0,"max_tokens":250 """),
        new("sampled", TestCatalogue.Slow, 1, """ "seed":7,"max_tokens":250 """),
        new("hot", TestCatalogue.Slow, 1, """ "seed":5,"temperature":2,"max_tokens":200 """),
        new("penalties", TestCatalogue.Slow, 1, """ "seed":11,"presence_penalty":1.2,"frequency_penalty":0.4,"repeat_penalty":1.2,"max_tokens":250 """),
        new("three choices", TestCatalogue.Slow, 3, """ "seed":11,"n":3,"max_tokens":200 """),
        new("three choices with stops", TestCatalogue.Slow, 3, """ "seed":12,"n":3,"max_tokens":200,"stop":["lazy dog the quick brown fox jumps over the lazy","zzz"] """),
        new("log probabilities", TestCatalogue.Slow, 2, """ "seed":13,"n":2,"logprobs":true,"top_logprobs":3,"max_tokens":150 """),
        new("a form", TestCatalogue.Slow, 3, $$""" "seed":17,"n":3,"max_tokens":250,"response_format":{{Form}} """),
        new("fast", TestCatalogue.Fast, 2, """ "seed":3,"n":2,"max_tokens":500 """),
    ];

    /// <summary>Of the bundled model: its arithmetic is no closed form, so that two tokens that are nearly as likely may change places.</summary>
    public static IReadOnlyList<Recipe> Real { get; } =
    [
        new("gravity", TestCatalogue.SmolLm, 1, """ "temperature":0,"max_tokens":120,"ignore_eos":true,"logprobs":true,"top_logprobs":2 """),
        new("a lighthouse by the sea", TestCatalogue.SmolLm, 1, """ "temperature":0,"max_tokens":90,"ignore_eos":true,"logprobs":true,"top_logprobs":2 """),
    ];

    public bool IsExact => Model != TestCatalogue.SmolLm;

    /// <summary>What a choice draws in a second at most; null: as much as the machine can.</summary>
    public double? Pace => Model == TestCatalogue.Slow ? 1000 / TestCatalogue.SlowStepMs : null;

    private const string Form = """
        {"type":"json_schema","json_schema":{"name":"animals","strict":true,"schema":{"type":"object","properties":{
          "animals":{"type":"array","minItems":2,"maxItems":4,"items":{"type":"object","properties":{"name":{"type":"string","pattern":"^[a-z ]{3,20}$"},"legs":{"type":"integer"}},"required":["name","legs"],"additionalProperties":false}},
          "wild":{"type":"boolean"}},"required":["animals","wild"],"additionalProperties":false}}}
        """;

    public string Body(bool stream) => new JsonObject(((JsonObject)JsonNode.Parse($$"""
        {"model":"{{Model}}","messages":[{"role":"user","content":"Tell me of {{Name}}."}],{{More}}}
        """)!).Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())))
    { ["stream"] = stream, ["stream_options"] = stream ? new JsonObject { ["include_usage"] = true } : null }.ToJsonString();
}
