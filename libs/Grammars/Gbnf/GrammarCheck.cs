namespace Platform.Grammars.Gbnf;

/// <summary>What is known of a grammar's rules before it is compiled. Refuses what could not be followed: undefined rules, left recursion, a root that has no end.</summary>
internal sealed class GrammarCheck
{
    private readonly IReadOnlyDictionary<string, Expression> rules;
    private readonly HashSet<string> nullable = [];
    private readonly HashSet<string> productive = [];

    public GrammarCheck(IReadOnlyDictionary<string, Expression> rules)
    {
        this.rules = rules;
        if (!rules.ContainsKey(Grammar.Root))
        {
            throw new GrammarException($"The grammar has no rule '{Grammar.Root}' to start with.");
        }

        foreach (var (name, body) in rules)
        {
            if (References(body).FirstOrDefault(used => !rules.ContainsKey(used)) is { } missing)
            {
                throw new GrammarException($"The rule '{name}' uses '{missing}', which is not defined.");
            }
        }

        Grow(nullable, IsNullable);
        Grow(productive, IsProductive);
        if (!productive.Contains(Grammar.Root))
        {
            throw new GrammarException("The grammar allows no text that ends.");
        }

        RefuseLeftRecursion();
        (CalleesFirst, Recursive) = Components.Of(rules.Keys, name => References(rules[name]));
    }

    /// <summary>All rules, each after those it uses where they don't use each other.</summary>
    public IReadOnlyList<string> CalleesFirst { get; }

    /// <summary>Rules that come back to themselves.</summary>
    public IReadOnlySet<string> Recursive { get; }

    public bool IsNullable(Expression expression) => expression switch
    {
        Text or Characters => false,
        Choice choice => choice.Alternatives.Any(IsNullable),
        Series series => series.Parts.All(IsNullable),
        Repeat repeat => repeat.Min == 0 || repeat.Max == 0 || IsNullable(repeat.Body),
        Reference reference => nullable.Contains(reference.Rule),
        _ => throw new InvalidOperationException(),
    };

    /// <summary>Whether some text that ends is meant.</summary>
    public bool IsProductive(Expression expression) => expression switch
    {
        Text => true,
        Characters characters => !characters.Set.IsEmpty,
        Choice choice => choice.Alternatives.Any(IsProductive),
        Series series => series.Parts.All(IsProductive),
        Repeat repeat => repeat.Min == 0 || IsProductive(repeat.Body),
        Reference reference => productive.Contains(reference.Rule),
        _ => throw new InvalidOperationException(),
    };

    private void Grow(HashSet<string> known, Func<Expression, bool> holds)
    {
        var users = rules.SelectMany(rule => References(rule.Value).Distinct().Select(used => (used, rule.Key))).ToLookup(use => use.used, use => use.Key);
        var open = new Queue<string>(rules.Keys);
        while (open.TryDequeue(out var rule))
        {
            if (!known.Contains(rule) && holds(rules[rule]))
            {
                known.Add(rule);
                foreach (var user in users[rule])
                {
                    open.Enqueue(user);
                }
            }
        }
    }

    private void RefuseLeftRecursion()
    {
        if (Components.Of(rules.Keys, name => Leftmost(rules[name])).Recursive.FirstOrDefault() is { } rule)
        {
            throw new GrammarException($"The rule '{rule}' is left-recursive: it begins with itself. Write a repetition instead.");
        }
    }

    private static IEnumerable<string> References(Expression expression) => expression switch
    {
        Reference reference => [reference.Rule],
        Choice choice => choice.Alternatives.SelectMany(References),
        Series series => series.Parts.SelectMany(References),
        Repeat repeat => References(repeat.Body),
        _ => [],
    };

    private IEnumerable<string> Leftmost(Expression expression)
    {
        switch (expression)
        {
            case Reference reference:
                return [reference.Rule];
            case Choice choice:
                return choice.Alternatives.SelectMany(Leftmost);
            case Repeat repeat:
                return Leftmost(repeat.Body);
            case Series series:
                var reached = series.Parts.TakeWhile(IsNullable).Count();
                return series.Parts.Take(reached + 1).SelectMany(Leftmost);
            default:
                return [];
        }
    }
}
