using System.Numerics;
using System.Text.Json;

namespace Platform.Grammars.JsonSchema;

/// <summary>What all schemas of one alternative ask together.</summary>
internal sealed class Facets
{
    private static readonly string[] Refused =
    [
        "not", "if", "then", "else", "dependentRequired", "dependentSchemas", "dependencies", "contains", "minContains", "maxContains", "unevaluatedProperties", "unevaluatedItems",
        "$dynamicRef", "$recursiveRef",
    ];

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
        if (Refused.FirstOrDefault(keyword => leaf.Has(keyword, out _)) is { } refused)
        {
            throw leaf.Wrong(refused, $"'{refused}' can't be kept");
        }

        Types &= leaf.TypesOf();
        if (leaf.Has("enum", out var values))
        {
            Allow(values.ValueKind == JsonValueKind.Array ? [.. values.EnumerateArray()] : throw leaf.Wrong("enum", "expected a list of values"));
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
            if (required.ValueKind != JsonValueKind.Array || required.EnumerateArray().Any(name => name.ValueKind != JsonValueKind.String))
            {
                throw leaf.Wrong("required", "expected a list of names");
            }

            Required.AddRange(required.EnumerateArray().Select(name => name.GetString()!).Except(Required)); // a JSON string is never null
        }
    }

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

    private static int? Count(Place leaf, string keyword)
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

/// <summary>A limit of a number.</summary>
internal readonly record struct Bound(Decimals Number, bool Exclusive)
{
    /// <param name="sign">1: the greater of the two is stricter; −1: the lesser.</param>
    public static Bound? Stricter(Bound? a, Bound? b, int sign)
    {
        if (a is null || b is null)
        {
            return a ?? b;
        }

        var order = a.Value.Number.CompareTo(b.Value.Number) * sign;
        return order > 0 || (order == 0 && a.Value.Exclusive) ? a : b;
    }
}
