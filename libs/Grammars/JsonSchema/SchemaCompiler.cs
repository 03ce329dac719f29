using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Platform.Grammars.Automata;
using Platform.Grammars.Gbnf;

namespace Platform.Grammars.JsonSchema;

/// <summary>
/// Makes grammar rules of JSON schemas. Schemas that must hold together are known by their places, so that what they come to is one rule wherever it occurs, and recursion ends.
/// </summary>
internal sealed class SchemaCompiler
{
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly List<JsonElement> Constants = [.. JsonElement.Parse("[null,true,false]").EnumerateArray()];

    private readonly RuleSet rules;
    private readonly Alternatives alternatives;
    private readonly StringRules strings;
    private readonly ArrayRules arrays;
    private readonly ObjectRules objects;
    private readonly Dictionary<string, Expression> known = [];
    private int depth;

    public SchemaCompiler(RuleSet rules, JsonElement root)
    {
        this.rules = rules;
        alternatives = new Alternatives(root);
        strings = new StringRules(rules);
        arrays = new ArrayRules(this, rules);
        objects = new ObjectRules(this, rules);
    }

    /// <summary>What may stand between the parts: nothing, a space, or a new line with its indentation.</summary>
    public static Expression Space { get; } = Expression.Any(Expression.Of(" "), Expression.Sequence(Expression.Of("\n"), new Characters(CodePointSet.Of(" \t")).Times(0, 20))).Optional();

    public static Expression AnyString { get; } = StringRules.Quoted(new Repeat(JsonStrings.AnyCharacter, 0, null));

    /// <summary>Names the place of what can't be kept.</summary>
    public static T At<T>(string path, Func<T> make)
    {
        try
        {
            return make();
        }
        catch (GrammarException e)
        {
            throw new SchemaException(path, e.Message);
        }
    }

    /// <summary>Instances of all these schemas at once.</summary>
    public Expression Value(IReadOnlyList<Place> places)
    {
        var key = string.Join('\n', places.Select(place => place.Key).Distinct().Order(StringComparer.Ordinal));
        if (known.TryGetValue(key, out var expression))
        {
            return expression;
        }

        if (++depth > 200)
        {
            throw new SchemaException(places.Count > 0 ? places[0].Path : "", "schemas are nested deeper than 200");
        }

        var name = rules.Reserve("value");
        known[key] = new Reference(name);
        rules[name] = Build(places);
        depth--;
        return known[key];
    }

    /// <summary>The texts of strings a schema allows; null: it is about more than that.</summary>
    public Automaton? Texts(Place place)
    {
        Automaton? all = null;
        foreach (var facets in alternatives.Of([place]).Select(leaves => new Facets(leaves)))
        {
            if (all is not null)
            {
                return null;
            }

            all = StringRules.Texts(facets);
            if (facets.Values is { } values)
            {
                all = all.Intersect(Automaton.Of(new Choice([.. values.Where(value => value.ValueKind == JsonValueKind.String).Select(value => Expression.Of(value.GetString()!))]))); // a JSON string is never null
            }
        }

        return all ?? Automaton.Of(new Choice([]));
    }

    private Expression Build(IReadOnlyList<Place> places)
    {
        var found = alternatives.Of(places).Select(leaves => new Facets(leaves)).ToList();
        ExactlyOne.Check(places, alternatives);
        return Expression.Any([.. found.SelectMany(Instances)]);
    }

    private IEnumerable<Expression> Instances(Facets facets)
    {
        foreach (var value in Listed(facets))
        {
            yield return Expression.Of(Canonical(value));
        }

        if (facets.Values is not null)
        {
            yield break;
        }

        if (facets.Types.HasFlag(JsonTypes.Object))
        {
            yield return facets.Excluded.PathOf(JsonValueKind.Object) is { } path ? throw new SchemaException(path, "objects can't be told from one of them") : objects.Of(facets);
        }

        if (facets.Types.HasFlag(JsonTypes.Array))
        {
            yield return facets.Excluded.PathOf(JsonValueKind.Array) is { } path ? throw new SchemaException(path, "arrays can't be told from one of them") : arrays.Of(facets);
        }

        if (facets.Types.HasFlag(JsonTypes.String))
        {
            yield return strings.Of(facets);
        }

        if ((facets.Types & JsonTypes.Number) != 0)
        {
            yield return Numbers(facets);
        }
    }

    /// <summary>All instances, as they are written, equal ones once; null: they can't be counted.</summary>
    public List<string>? Every(IReadOnlyList<Place> places)
    {
        var found = alternatives.Of(places).Select(leaves => new Facets(leaves)).ToList();
        return found.All(facets => facets.Values is not null || (facets.Types & ~(JsonTypes.Null | JsonTypes.Boolean)) == 0)
            ? [.. found.SelectMany(Listed).Aggregate(new List<JsonElement>(), (all, value) => all.Any(other => JsonElement.DeepEquals(value, other)) ? all : [.. all, value]).Select(Canonical)]
            : null;
    }

    /// <summary>The values that are named, or have to be no more than that.</summary>
    private static IEnumerable<JsonElement> Listed(Facets facets) =>
        (facets.Values ?? Constants).Where(value => (facets.Types & value.TypeOf()) != 0 && facets.Excluded.Allow(value) && (facets.Values is null || Keeps(facets, value)));

    private Expression Numbers(Facets facets)
    {
        var path = facets.Leaves.Count > 0 ? facets.Leaves[0].Path : "";
        return At(path, () => NumberRules.Limited(facets) is { } limited
            ? JsonStrings.Rules(limited, rules, "number", set => new Characters(set))
            : facets.Types.HasFlag(JsonTypes.Fraction) ? NumberRules.Number : NumberRules.Integer);
    }

    /// <summary>Whether a value of an <c>enum</c> keeps to what stands beside it.</summary>
    private static bool Keeps(Facets facets, JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
        {
            var beside = facets.Leaves.SelectMany(leaf => leaf.Clause is { } clause ? [clause.Keyword] : leaf.Schema.EnumerateObject().Select(keyword => keyword.Name)).FirstOrDefault(keyword => keyword is
                "properties" or "required" or "additionalProperties" or "patternProperties" or "propertyNames" or "minProperties" or "maxProperties" or "items" or "prefixItems" or "minItems" or "maxItems"
                or "contains" or "uniqueItems" or "dependentRequired" or "dependentSchemas" or "dependencies");
            return beside is null
                ? true
                : throw new SchemaException(facets.Leaves[0].Path, $"'{beside}' can't be kept beside 'enum' or 'const'");
        }

        var rules = new RuleSet();
        var expression = value.ValueKind switch
        {
            JsonValueKind.String => new StringRules(rules).Of(facets),
            JsonValueKind.Number when NumberRules.Limited(facets) is { } limited => JsonStrings.Rules(limited, rules, "number", set => new Characters(set)),
            _ => null,
        };
        if (expression is null)
        {
            return true;
        }

        rules.Add(Grammar.Root, expression);
        try
        {
            return Grammar.Compile(rules.Rules).Matches(Encoding.UTF8.GetBytes(Canonical(value)));
        }
        catch (GrammarException)
        {
            return false;
        }
    }

    private static string Canonical(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => $"\"{JsonStrings.Escape(value.GetString()!)}\"", // a JSON string is never null
        JsonValueKind.Number when Decimals.Parse(value.GetRawText()) is { } number && number.ToString().Length <= 21 => number.ToString(),
        JsonValueKind.Number => value.GetRawText(),
        _ => JsonSerializer.Serialize(value, Compact),
    };
}
