using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Platform.Grammars.Automata;
using Platform.Grammars.Gbnf;
using Platform.Grammars.JsonSchema;

namespace Platform.Grammars;

/// <summary>Puts a grammar together of rules written out and of rules made from JSON schemas.</summary>
public sealed class GrammarText
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly RuleSet rules = new();
    private readonly StringBuilder written = new();
    private int count;

    /// <summary>A text as a literal of a grammar.</summary>
    public static string Literal(string text) => GbnfWriter.Write(text);

    /// <summary>A text as a JSON string.</summary>
    public static string Json(string text) => JsonSerializer.Serialize(text, Relaxed);

    /// <summary>Adds a rule; returns its name, which nobody else has.</summary>
    public string Rule(string like, string body)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{like}-rule-{++count}");
        written.Append(name).Append(" ::= ").Append(body).Append('\n');
        return name;
    }

    /// <summary>Adds rules for the JSON texts that keep to a schema; returns the first one's name.</summary>
    /// <param name="path">What stands before the path of a keyword that can't be kept.</param>
    /// <exception cref="SchemaException">A keyword can't be kept.</exception>
    public string Schema(JsonElement schema, string path) => Schema(schema, schema, path);

    /// <param name="root">The document that references in the schema are looked up in.</param>
    /// <inheritdoc cref="Schema(JsonElement, string)"/>
    public string Schema(JsonElement schema, JsonElement root, string path)
    {
        var name = rules.Reserve("schema");
        rules[name] = Placed(path, () => new SchemaCompiler(rules, root).Value([new Place(schema, "")]));
        return name;
    }

    /// <summary>Adds rules for the texts a schema for strings allows, without quotes, up to where <paramref name="end"/> begins.</summary>
    /// <inheritdoc cref="Schema(JsonElement, JsonElement, string)"/>
    public string Raw(JsonElement schema, JsonElement root, string path, string end)
    {
        var name = rules.Reserve("text");
        rules[name] = Placed(path, () =>
        {
            var texts = new SchemaCompiler(rules, root).Texts(new Place(schema, "")) ?? throw new SchemaException("", "alternatives of strings can't be kept here");
            return JsonStrings.Rules(texts.Intersect(Without(end)), rules, "text", set => new Characters(set));
        });
        return name;
    }

    /// <summary>Adds the rules of another grammar under names of their own; returns the one that was its root.</summary>
    /// <exception cref="GrammarException">It can't be used.</exception>
    public string Grammar(string gbnf)
    {
        var read = GbnfReader.Read(gbnf);
        Platform.Grammars.Grammar.Compile(read);
        var names = read.Keys.ToDictionary(name => name, _ => rules.Reserve("given"));
        foreach (var (name, body) in read)
        {
            rules[names[name]] = Renamed(body, names);
        }

        return names[Platform.Grammars.Grammar.Root];
    }

    private static Expression Renamed(Expression expression, Dictionary<string, string> names) => expression switch
    {
        Reference reference => new Reference(names[reference.Rule]),
        Series series => new Series([.. series.Parts.Select(part => Renamed(part, names))]),
        Choice choice => new Choice([.. choice.Alternatives.Select(alternative => Renamed(alternative, names))]),
        Repeat repeat => repeat with { Body = Renamed(repeat.Body, names) },
        _ => expression,
    };

    /// <summary>Sets the start: what is given, after the model's thinking where it may think first.</summary>
    /// <param name="thinking">Null: none. Without an opening mark it has begun already.</param>
    public void Root(string body, (string? Open, string Close)? thinking)
    {
        if (thinking is not { } marks)
        {
            written.Append(CultureInfo.InvariantCulture, $"{Platform.Grammars.Grammar.Root} ::= {body}\n");
            return;
        }

        var thoughts = rules.Reserve("thoughts");
        rules[thoughts] = JsonStrings.Rules(Without(marks.Close), rules, "thought", set => new Characters(set));
        var thought = $"{thoughts} {Literal(marks.Close)} [ \\n]{{0,4}}";
        thought = marks.Open is null ? thought : $"({Literal(marks.Open)} {thought})?";
        written.Append(CultureInfo.InvariantCulture, $"{Platform.Grammars.Grammar.Root} ::= {thought} {body}\n");
    }

    public override string ToString() => written + rules.Text();

    /// <summary>Texts in which another does not occur, not even begun at the end.</summary>
    private static Automaton Without(string text)
    {
        var anything = new Repeat(new Characters(CodePointSet.All), 0, null);
        return Automaton.Of(anything).Except(Automaton.Of(Expression.Sequence(anything, Expression.Of(text), anything)));
    }

    private static T Placed<T>(string path, Func<T> make)
    {
        try
        {
            return make();
        }
        catch (SchemaException e)
        {
            throw new SchemaException(path + e.Path, e.Message);
        }
        catch (GrammarException e)
        {
            throw new SchemaException(path, e.Message);
        }
    }
}
