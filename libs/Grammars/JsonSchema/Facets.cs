using System.Numerics;
using System.Text.Json;

namespace Platform.Grammars.JsonSchema;

/// <summary>What all schemas of one alternative ask together.</summary>
internal sealed class Facets
{
    private static readonly string[] Refused = ["unevaluatedProperties", "unevaluatedItems", "$dynamicRef", "$recursiveRef"];

    public Facets(IReadOnlyList<Place> leaves)
    {
        Leaves = leaves;
        foreach (var leaf in leaves)
        {
            Take(leaf);
        }
    }

    public IReadOnlyList<Place> Leaves { get; }
    public JsonTypes Types { get; private set; } = JsonTypes.All;

    /// <summary>Null: any value.</summary>
    public List<JsonElement>? Values { get; private set; }

    public Exclusions Excluded { get; } = new();

    public Bound? Least { get; private set; }
    public Bound? Most { get; private set; }
    public List<(Decimals Number, string Path)> MultiplesOf { get; } = [];

    public int MinLength { get; private set; }
    public int? MaxLength { get; private set; }
    public List<(string Text, string Path)> Patterns { get; } = [];
    public List<(string Name, string Path)> Formats { get; } = [];

    public int MinItems { get; private set; }
    public int? MaxItems { get; private set; }
    public string? UniqueItems { get; private set; }

    public int MinProperties { get; private set; }
    public int? MaxProperties { get; private set; }
    public List<string> Required { get; } = [];

    private void Take(Place leaf)
    {
        if (leaf.Clause is { } clause)
        {
            Take(leaf with { Not = false, Clause = null }, clause, leaf.Not);
            return;
        }

        if (Refused.FirstOrDefault(keyword => leaf.Has(keyword, out _)) is { } refused)
        {
            throw leaf.Wrong(refused, $"'{refused}' can't be kept");
        }

        Types &= leaf.TypesOf();
        if (leaf.Has("enum", out var values))
        {
            Allow(Listed(leaf, values));
        }

        if (leaf.Has("const", out var value))
        {
            Allow([value]);
        }

        Numbers(leaf);
        Strings(leaf);
        (MinItems, MaxItems) = (Math.Max(MinItems, Count(leaf, "minItems") ?? 0), Lesser(MaxItems, Count(leaf, "maxItems")));
        (MinProperties, MaxProperties) = (Math.Max(MinProperties, Count(leaf, "minProperties") ?? 0), Lesser(MaxProperties, Count(leaf, "maxProperties")));
        if (leaf.Has("uniqueItems", out var unique) && unique.ValueKind == JsonValueKind.True)
        {
            UniqueItems = $"{leaf.Path}/uniqueItems";
        }

        if (leaf.Has("required", out var required))
        {
            Required.AddRange(Names(leaf, "required", required).Except(Required));
        }
    }

    /// <summary>One keyword, or its opposite: then the value is of the type the keyword is about.</summary>
    private void Take(Place whole, Clause clause, bool not)
    {
        switch (clause.Keyword)
        {
            case "type":
                Types &= ~whole.TypesOf();
                break;
            case "enum" or "const" when whole.Has(clause.Keyword, out var values):
                Excluded.Values.AddRange((clause.Keyword == "const" ? [values] : Listed(whole, values)).Select(value => (value, $"{whole.Path}/{clause.Keyword}")));
                break;
            case "minimum" or "exclusiveMinimum":
                Types &= JsonTypes.Number;
                Most = Bound.Stricter(Most, Limit(whole, clause.Keyword, clause.Keyword != "minimum")?.Beyond(), -1);
                break;
            case "maximum" or "exclusiveMaximum":
                Types &= JsonTypes.Number;
                Least = Bound.Stricter(Least, Limit(whole, clause.Keyword, clause.Keyword != "maximum")?.Beyond(), 1);
                break;
            case "multipleOf" when whole.Has("multipleOf", out var factor):
                Types &= JsonTypes.Number;
                Excluded.Multiples.Add((Number(whole, "multipleOf", factor), $"{whole.Path}/multipleOf"));
                break;
            case "pattern" when whole.Has("pattern", out var pattern):
                Types &= JsonTypes.String;
                Excluded.Patterns.Add((pattern.ValueKind == JsonValueKind.String ? pattern.GetString()! : throw whole.Wrong("pattern", "expected a string"), $"{whole.Path}/pattern")); // a JSON string is never null
                break;
            case "minLength" or "maxLength":
                (MinLength, MaxLength) = Outside(whole, clause.Keyword, JsonTypes.String, MinLength, MaxLength);
                break;
            case "minItems" or "maxItems":
                (MinItems, MaxItems) = Outside(whole, clause.Keyword, JsonTypes.Array, MinItems, MaxItems);
                break;
            case "minProperties" or "maxProperties":
                (MinProperties, MaxProperties) = Outside(whole, clause.Keyword, JsonTypes.Object, MinProperties, MaxProperties);
                break;
            case "items" or "contains":
                Types &= JsonTypes.Array;
                break;
            case "required" when not:
                Types &= JsonTypes.Object;
                break;
            case "required" or "properties":
                Types &= JsonTypes.Object;
                Required.AddRange(new[] { clause.Name }.Except(Required));
                break;
        }
    }

    /// <summary>The opposite of a least or a greatest number.</summary>
    private (int Min, int? Max) Outside(Place whole, string keyword, JsonTypes type, int min, int? max)
    {
        var limit = Count(whole, keyword) ?? 0;
        var isLeast = keyword.StartsWith("min", StringComparison.Ordinal);
        Types &= (isLeast ? limit == 0 : limit == int.MaxValue) ? JsonTypes.None : type;
        return isLeast ? (min, Lesser(max, limit - 1)) : (Math.Max(min, limit == int.MaxValue ? 0 : limit + 1), max);
    }

    public static IEnumerable<string> Names(Place leaf, string keyword, JsonElement names) => names.ValueKind == JsonValueKind.Array && names.EnumerateArray().All(name => name.ValueKind == JsonValueKind.String)
        ? names.EnumerateArray().Select(name => name.GetString()!) // a JSON string is never null
        : throw leaf.Wrong(keyword, "expected a list of names");

    private static List<JsonElement> Listed(Place leaf, JsonElement values) => values.ValueKind == JsonValueKind.Array ? [.. values.EnumerateArray()] : throw leaf.Wrong("enum", "expected a list of values");

    private void Allow(List<JsonElement> values) => Values = Values is null ? values : [.. Values.Where(value => values.Any(other => JsonElement.DeepEquals(value, other)))];

    private void Numbers(Place leaf)
    {
        Least = Bound.Stricter(Least, Limit(leaf, "minimum", false), 1);
        Least = Bound.Stricter(Least, Limit(leaf, "exclusiveMinimum", true), 1);
        Most = Bound.Stricter(Most, Limit(leaf, "maximum", false), -1);
        Most = Bound.Stricter(Most, Limit(leaf, "exclusiveMaximum", true), -1);
        if (leaf.Has("multipleOf", out var factor))
        {
            var number = Number(leaf, "multipleOf", factor);
            MultiplesOf.Add(number.Digits > 0 ? (number, $"{leaf.Path}/multipleOf") : throw leaf.Wrong("multipleOf", "expected a number above 0"));
        }
    }

    /// <summary>In draft 4 an exclusive limit is a boolean beside the limit.</summary>
    private static Bound? Limit(Place leaf, string keyword, bool exclusive)
    {
        if (!leaf.Has(keyword, out var limit) || (exclusive && limit.ValueKind is JsonValueKind.True or JsonValueKind.False))
        {
            return null;
        }

        var old = keyword == "minimum" ? "exclusiveMinimum" : "exclusiveMaximum";
        return new Bound(Number(leaf, keyword, limit), exclusive || (leaf.Has(old, out var flag) && flag.ValueKind == JsonValueKind.True));
    }

    private static Decimals Number(Place leaf, string keyword, JsonElement number) =>
        number.ValueKind == JsonValueKind.Number && Decimals.Parse(number.GetRawText()) is { } read ? read : throw leaf.Wrong(keyword, "expected a number of fewer digits");

    private void Strings(Place leaf)
    {
        (MinLength, MaxLength) = (Math.Max(MinLength, Count(leaf, "minLength") ?? 0), Lesser(MaxLength, Count(leaf, "maxLength")));
        foreach (var (keyword, found) in ((string, List<(string, string)>)[])[("pattern", Patterns), ("format", Formats)])
        {
            if (leaf.Has(keyword, out var text))
            {
                found.Add((text.ValueKind == JsonValueKind.String ? text.GetString()! : throw leaf.Wrong(keyword, "expected a string"), $"{leaf.Path}/{keyword}")); // a JSON string is never null
            }
        }
    }

    public static int? Count(Place leaf, string keyword)
    {
        if (!leaf.Has(keyword, out var count))
        {
            return null;
        }

        var number = Number(leaf, keyword, count);
        return number is { Scale: 0, Digits.Sign: >= 0 } ? (int)BigInteger.Min(number.Digits, int.MaxValue) : throw leaf.Wrong(keyword, "expected an integer not below 0");
    }

    private static int? Lesser(int? a, int? b) => a is null || b is null ? a ?? b : Math.Min(a.Value, b.Value);
}
