using System.Text.Json.Nodes;

namespace Platform.Grammars.Tests.JsonSchema;

/// <summary>A schema with ways to make instances of it, and values that are none. Each value is made anew, for a node has one parent.</summary>
internal sealed record Specimen(JsonObject Schema, Func<JsonNode?> Valid, Func<JsonNode?> Invalid);

/// <summary>Makes schemas at random, by a fixed seed; every choice is the generator's own, so that what is valid is known without a validator.</summary>
internal sealed class Specimens(int seed)
{
    private static readonly (string Format, string Valid, string Invalid)[] Formats =
    [
        ("date", "2024-02-29", "2023-02-29"), ("time", "23:59:59Z", "24:00:00Z"), ("date-time", "2024-12-31T00:00:00.5+01:00", "2024-12-31 00:00:00"), ("uuid", "123e4567-e89b-12d3-a456-426614174000", "123e4567"),
        ("email", "ada@example.org", "ada.example.org"), ("ipv4", "10.0.0.255", "10.0.0.256"), ("ipv6", "fe80::1", "fe80"), ("hostname", "a-b.example", "-a"), ("duration", "P1DT2H", "1D"),
    ];

    private static readonly (string Pattern, string Valid, string Invalid)[] Patterns =
        [("^[a-z]{2,4}$", "abc", "a"), ("\\d", "a1", "ab"), ("^(red|blue)-[0-9]+$", "red-12", "red-"), ("^[^x]*$", "é\"\\ y", "axb"), ("a+b?c$", "xaac", "xab")];

    private readonly Random random = new(seed);
    private int formats, dependents;

    public Specimen Next(int depth) => random.Next(depth > 0 ? 24 : 8) switch
    {
        0 => Integer(),
        1 => Number(),
        2 => Text(),
        3 => Pattern(),
        4 => Format(),
        5 => Values(),
        6 => Constant(),
        7 => Simple(),
        8 => AnyOf(depth),
        9 => OneOf(depth),
        10 => Nullable(),
        11 => Tuple(depth),
        12 => List(depth),
        13 => Not(),
        14 => Condition(),
        15 => Contains(),
        16 => Unique(),
        17 or 21 => Dependent(),
        18 => Names(),
        19 or 20 => Format(),
        _ => Object(depth),
    };

    /// <summary>An object at the root, with definitions that it and they themselves refer to.</summary>
    public Specimen Root()
    {
        var inner = Object(3);
        var node = new Specimen(
            Schema(("$ref", "#/$defs/node")),
            () => Chain(random.Next(3)),
            () => new JsonObject { ["value"] = "none" });
        var all = Both(inner, node);
        all.Schema["$defs"] = new JsonObject
        {
            ["node"] = JsonNode.Parse("""{"type":"object","properties":{"value":{"type":"integer"},"next":{"$ref":"#/$defs/node"}},"required":["value"],"additionalProperties":false}"""),
        };
        return all;
    }

    private static JsonObject Chain(int length)
    {
        var made = new JsonObject { ["value"] = length };
        if (length > 0)
        {
            made["next"] = Chain(length - 1);
        }

        return made;
    }

    private Specimen Both(Specimen first, Specimen second) => new(
        Schema(("type", "object"), ("properties", new JsonObject { ["first"] = first.Schema, ["second"] = second.Schema }), ("required", new JsonArray("first", "second")), ("additionalProperties", false)),
        () => new JsonObject { ["first"] = first.Valid(), ["second"] = second.Valid() },
        () => random.Next(2) == 0 ? new JsonObject { ["first"] = first.Valid(), ["second"] = second.Invalid() } : new JsonObject { ["first"] = first.Invalid(), ["second"] = second.Valid() });

    private Specimen Integer()
    {
        var (low, width) = (random.Next(-500, 500), random.Next(1, 400));
        return random.Next(3) switch
        {
            0 => new(Schema(("type", "integer"), ("minimum", low), ("maximum", low + width)), () => low + random.Next(width + 1), () => random.Next(2) == 0 ? low - 1 : low + width + 1),
            1 => new(Schema(("type", "integer"), ("exclusiveMinimum", low), ("exclusiveMaximum", low + width + 1)), () => low + 1 + random.Next(width), () => random.Next(2) == 0 ? low : low + width + 1),
            _ => new(Schema(("type", "integer"), ("multipleOf", 7), ("minimum", 0)), () => 7 * random.Next(200), () => 7 * random.Next(200) + 3),
        };
    }

    private Specimen Number()
    {
        var low = random.Next(-40, 40) / 4m;
        return random.Next(3) switch
        {
            0 => new(Schema(("type", "number"), ("minimum", low), ("maximum", low + 2.5m)), () => low + random.Next(11) * 0.25m, () => random.Next(2) == 0 ? low - 0.001m : low + 2.501m),
            1 => new(Schema(("type", "number"), ("exclusiveMinimum", low)), () => low + 0.5m, () => low),
            _ => new(Schema(("type", "number"), ("multipleOf", 0.25m), ("exclusiveMaximum", 100)), () => random.Next(300) * 0.25m, () => random.Next(300) * 0.25m + 0.1m),
        };
    }

    private Specimen Text()
    {
        var (min, more) = (random.Next(0, 5), random.Next(1, 5));
        return new(Schema(("type", "string"), ("minLength", min), ("maxLength", min + more)), () => Letters(min + random.Next(more + 1)), () => Letters(min > 0 && random.Next(2) == 0 ? min - 1 : min + more + 1));
    }

    private string Letters(int count) => string.Concat(Enumerable.Range(0, count).Select(_ => (string[])["a", "Z", " ", "é", "😀", "\"", "\\", "\n"] is var letters ? letters[random.Next(letters.Length)] : ""));

    private Specimen Pattern()
    {
        var (pattern, valid, invalid) = Patterns[random.Next(Patterns.Length)];
        return random.Next(2) == 0
            ? new(Schema(("type", "string"), ("pattern", pattern)), () => valid, () => invalid)
            : new(Schema(("type", "string"), ("pattern", pattern), ("maxLength", 12)), () => valid, () => invalid);
    }

    private Specimen Format()
    {
        var (format, valid, invalid) = Formats[formats++ % Formats.Length];
        return new(Schema(("type", "string"), ("format", format)), () => valid, () => invalid);
    }

    private Specimen Values() => new(Schema(("enum", new JsonArray("one", 2, null, true))), () => random.Next(4) switch { 0 => "one", 1 => 2, 2 => null, _ => true }, () => random.Next(2) == 0 ? "two" : false);

    private static Specimen Constant() => new(Schema(("const", "fixed")), () => "fixed", () => "loose");

    private Specimen Simple() => random.Next(2) == 0
        ? new(Schema(("type", "boolean")), () => random.Next(2) == 0, () => "true")
        : new(Schema(("type", "null")), () => null, () => 0);

    private Specimen Nullable() => new(Schema(("type", new JsonArray("integer", "null")), ("minimum", 1)), () => random.Next(2) == 0 ? null : 1 + random.Next(50), () => random.Next(2) == 0 ? 0 : "1");

    private Specimen AnyOf(int depth)
    {
        var (a, b) = (Object(depth - 1), Integer());
        return new(Schema(("anyOf", new JsonArray(a.Schema, b.Schema))), () => random.Next(2) == 0 ? a.Valid() : b.Valid(), () => "neither");
    }

    private Specimen OneOf(int depth)
    {
        var (a, b) = (Next(depth - 1), Next(depth - 1));
        return new(
            Schema(("oneOf", new JsonArray(Tagged("a", a), Tagged("b", b)))),
            () => random.Next(2) == 0 ? Tag("a", a.Valid()) : Tag("b", b.Valid()),
            () => random.Next(2) == 0 ? Tag("c", a.Valid()) : Tag("a", a.Invalid()));
        static JsonObject Tagged(string tag, Specimen inner) => Schema(
            ("type", "object"), ("properties", new JsonObject { ["tag"] = Schema(("const", tag)), ["it"] = inner.Schema }), ("required", new JsonArray("tag", "it")), ("additionalProperties", false));
        static JsonObject Tag(string tag, JsonNode? it) => new() { ["tag"] = tag, ["it"] = it };
    }

    private Specimen Tuple(int depth)
    {
        var (a, b) = (Next(depth - 1), Next(depth - 1));
        return new(
            Schema(("type", "array"), ("prefixItems", new JsonArray(a.Schema, b.Schema)), ("items", false), ("minItems", 2)),
            () => new JsonArray(a.Valid(), b.Valid()),
            () => random.Next(2) == 0 ? new JsonArray(a.Valid()) : new JsonArray(a.Valid(), b.Invalid()));
    }

    private Specimen List(int depth)
    {
        var item = Next(depth - 1);
        var (min, more) = (random.Next(0, 3), random.Next(0, 3));
        return new(
            Schema(("type", "array"), ("items", item.Schema), ("minItems", min), ("maxItems", min + more)),
            () => Array(min + random.Next(more + 1), item),
            () => min > 0 && random.Next(2) == 0 ? Array(min - 1, item) : Array(min + more + 1, item));
        static JsonArray Array(int count, Specimen item) => [.. Enumerable.Range(0, count).Select(_ => item.Valid())];
    }

    private Specimen Not()
    {
        var low = random.Next(100);
        return random.Next(4) switch
        {
            0 => new(Schema(("type", "string"), ("maxLength", 3), ("not", Schema(("enum", new JsonArray("no", "not"))))), () => (string[])["n", "non", "", "yes"] is var texts ? texts[random.Next(4)] : "", () => random.Next(2) == 0 ? "no" : "not"),
            1 => new(Schema(("type", "integer"), ("minimum", low), ("not", Schema(("multipleOf", 3)))), () => (low / 3 + 1) * 3 + 1 + random.Next(2), () => (low / 3 + 1 + random.Next(9)) * 3),
            2 => new(Schema(("type", new JsonArray("number", "null")), ("not", Schema(("minimum", low)))), () => low - 0.5m, () => random.Next(3) == 0 ? null : low + random.Next(3)),
            _ => new(Schema(("type", "object"), ("properties", new JsonObject { ["u"] = true, ["v"] = true }), ("not", Schema(("required", new JsonArray("u", "v"))))),
                () => random.Next(2) == 0 ? new JsonObject { ["u"] = 1 } : new JsonObject { ["v"] = "x" }, () => new JsonObject { ["u"] = 1, ["v"] = 2 }),
        };
    }

    private Specimen Condition() => new(
        Schema(
            ("type", "object"), ("properties", new JsonObject { ["kind"] = Schema(("enum", new JsonArray("cat", "dog"))), ["lives"] = Schema(("type", "integer")), ["trick"] = Schema(("type", "string")) }), ("required", new JsonArray("kind")), ("additionalProperties", false),
            ("if", Schema(("properties", new JsonObject { ["kind"] = Schema(("const", "cat")) }))), ("then", Schema(("required", new JsonArray("lives")))), ("else", Schema(("required", new JsonArray("trick"))))),
        () => random.Next(2) == 0 ? new JsonObject { ["kind"] = "cat", ["lives"] = random.Next(10) } : new JsonObject { ["kind"] = "dog", ["trick"] = "sit" },
        () => random.Next(2) == 0 ? new JsonObject { ["kind"] = "cat", ["trick"] = "sit" } : new JsonObject { ["kind"] = "dog", ["lives"] = 1 });

    private Specimen Contains()
    {
        var (least, more) = (random.Next(1, 3), random.Next(0, 2));
        return new(
            Schema(("type", "array"), ("items", Schema(("type", "integer"), ("minimum", 0), ("maximum", 99))), ("contains", Schema(("minimum", 50))), ("minContains", least), ("maxContains", least + more), ("maxItems", 5)),
            () => Mixed(least + random.Next(more + 1)),
            () => Mixed(random.Next(2) == 0 ? least - 1 : least + more + 1));

        JsonArray Mixed(int high) => [.. Enumerable.Repeat(50, high).Concat(Enumerable.Repeat(49, random.Next(2))).OrderBy(_ => random.Next()).Select(number => (JsonNode?)(number + (number == 50 ? random.Next(50) : 0)))];
    }

    private Specimen Unique() => new(
        Schema(("type", "array"), ("items", Schema(("enum", new JsonArray("a", "b", 1, null, true)))), ("uniqueItems", true), ("minItems", 1)),
        () => new JsonArray([.. new JsonNode?[] { "a", "b", 1, null, true }.OrderBy(_ => random.Next()).Take(random.Next(1, 6))]),
        () => random.Next(2) == 0 ? new JsonArray("a", 1, "a") : new JsonArray(null, true, null));

    private Specimen Dependent() => dependents++ % 2 == 0
        ? new(
            Schema(("type", "object"), ("properties", new JsonObject { ["card"] = Schema(("type", "integer")), ["street"] = Schema(("type", "string")) }), ("dependentRequired", new JsonObject { ["card"] = new JsonArray("street") })),
            () => random.Next(2) == 0 ? new JsonObject { ["street"] = "x" } : new JsonObject { ["card"] = 1, ["street"] = "x" },
            () => new JsonObject { ["card"] = 1 })
        : new(
            Schema(("type", "object"), ("properties", new JsonObject { ["a"] = Schema(("type", "integer")), ["b"] = Schema(("type", "integer")) }), ("dependentSchemas", new JsonObject { ["a"] = Schema(("properties", new JsonObject { ["b"] = Schema(("minimum", 9)) })) })),
            () => random.Next(2) == 0 ? new JsonObject { ["b"] = 1 } : new JsonObject { ["a"] = 1, ["b"] = 9 },
            () => new JsonObject { ["a"] = 1, ["b"] = 8 });

    private Specimen Names() => new(
        Schema(("type", "object"), ("propertyNames", Schema(("pattern", "^[a-c]{1,2}$"))), ("additionalProperties", Schema(("type", "boolean"))), ("minProperties", 1), ("maxProperties", 3)),
        () => random.Next(2) == 0 ? new JsonObject { ["a"] = true } : new JsonObject { ["ab"] = false, ["c"] = true, ["cc"] = true },
        () => random.Next(3) switch { 0 => [], 1 => new JsonObject { ["abc"] = true }, _ => new JsonObject { ["a"] = true, ["b"] = true, ["c"] = true, ["aa"] = true } });

    private Specimen Object(int depth)
    {
        var properties = Enumerable.Range(0, random.Next(1, 4)).Select(i => (Name: $"p{i}", Required: random.Next(2) == 0, Value: Next(Math.Max(0, depth - 1)))).ToList();
        var schema = Schema(
            ("type", "object"), ("properties", new JsonObject(properties.Select(property => KeyValuePair.Create(property.Name, (JsonNode?)property.Value.Schema)))),
            ("required", new JsonArray([.. properties.Where(property => property.Required).Select(property => (JsonNode?)property.Name)])));
        var kind = random.Next(4);
        switch (kind)
        {
            case 0:
                schema["additionalProperties"] = Schema(("type", "integer"));
                break;
            case 1:
                schema["patternProperties"] = new JsonObject { ["^x_"] = Schema(("type", "boolean")) };
                schema["additionalProperties"] = false;
                break;
            default:
                schema["additionalProperties"] = false;
                break;
        }

        if (random.Next(3) == 0)
        {
            schema = new JsonObject { ["allOf"] = new JsonArray(schema, Schema(("type", "object"), ("maxProperties", 9))) };
        }

        return new(schema, () => Make(false), () => random.Next(2) == 0 ? Wrong() : Make(true));

        JsonObject Make(bool broken)
        {
            var at = random.Next(properties.Count);
            var made = new JsonObject();
            foreach (var (i, (name, required, value)) in properties.Index())
            {
                if (broken && i == at)
                {
                    made[name] = value.Invalid();
                }
                else if (required || random.Next(2) == 0)
                {
                    made[name] = value.Valid();
                }
            }

            if (kind == 0 && random.Next(2) == 0)
            {
                made["extra"] = 1;
            }
            else if (kind == 1 && random.Next(2) == 0)
            {
                made["x_a"] = true;
            }

            return made;
        }

        JsonObject Wrong()
        {
            var made = Make(false);
            made["zz"] = "not allowed";
            return made;
        }
    }

    private static JsonObject Schema(params (string Keyword, JsonNode? Value)[] keywords) => new(keywords.Select(keyword => KeyValuePair.Create(keyword.Keyword, keyword.Value)));
}
