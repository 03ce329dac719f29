using System.Text.Json;
using Platform.Grammars.Gbnf;
using Platform.Grammars.JsonSchema;
using Platform.Grammars.Patterns;

namespace Platform.Grammars;

/// <summary>Grammars for what a structured answer may be.</summary>
public static class SchemaGrammar
{
    /// <summary>A grammar of the JSON texts that are instances of a schema.</summary>
    /// <exception cref="SchemaException">A keyword can't be kept; with its path.</exception>
    public static string Of(JsonElement schema)
    {
        var rules = new RuleSet();
        rules.Add(Grammar.Root, new SchemaCompiler(rules, schema).Value([new Place(schema, "")]));
        return Checked(rules);
    }

    /// <summary>A grammar of all JSON objects.</summary>
    public static string AnyObject { get; } = Of(JsonElement.Parse("""{"type":"object"}"""));

    /// <summary>A grammar of the texts that match a regular expression as a whole.</summary>
    /// <exception cref="GrammarException">The expression can't be kept.</exception>
    public static string OfPattern(string pattern) => GbnfWriter.Write(new Dictionary<string, Expression> { [Grammar.Root] = RegexReader.Whole(pattern) });

    /// <summary>A grammar of some texts.</summary>
    public static string OfChoices(IEnumerable<string> texts) => GbnfWriter.Write(new Dictionary<string, Expression> { [Grammar.Root] = new Choice([.. texts.Select(Expression.Of)]) });

    private static string Checked(RuleSet rules)
    {
        try
        {
            Grammar.Compile(rules.Rules);
            return rules.Text();
        }
        catch (GrammarException e)
        {
            throw new SchemaException("", e.Message);
        }
    }
}
