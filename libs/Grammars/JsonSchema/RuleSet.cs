using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Platform.Grammars.Gbnf;

namespace Platform.Grammars.JsonSchema;

/// <summary>The rules of a grammar while it is made.</summary>
internal sealed class RuleSet
{
    /// <summary>More than any sensible schema needs.</summary>
    private const int Most = 50_000;

    private readonly Dictionary<string, Expression> rules = [];
    private int reserved;

    public IReadOnlyDictionary<string, Expression> Rules => rules;

    public Expression this[string name]
    {
        set => rules[name] = value;
    }

    /// <summary>A name nobody else has.</summary>
    public string Reserve(string like)
    {
        if (++reserved > Most)
        {
            throw new SchemaException("", $"the schema comes to more than {Most} rules");
        }

        return string.Create(CultureInfo.InvariantCulture, $"{like}-{reserved}");
    }

    public Reference Add(string name, Expression body)
    {
        rules[name] = body;
        return new Reference(name);
    }

    [SuppressMessage("Design", "CA1024", Justification = "It makes a new text each time.")]
    public string Text() => GbnfWriter.Write(rules);
}
