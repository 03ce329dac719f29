using System.Text.Json.Nodes;
using Platform.Templates.Builtins;
using Platform.Templates.Json;
using Platform.Templates.Lexing;
using Platform.Templates.Rendering;
using Platform.Templates.Syntax;
using Platform.Templates.Values;

namespace Platform.Templates;

/// <summary>A parsed chat template in the Jinja language: immutable and thread-safe, so it is parsed once and rendered often.</summary>
public sealed class ChatTemplate
{
    private readonly Block _body;
    private readonly IReadOnlyDictionary<string, int> _symbols;
    private readonly Value?[] _globals;

    private ChatTemplate(Block body, IReadOnlyDictionary<string, int> symbols)
    {
        _body = body;
        _symbols = symbols;
        _globals = new Value?[symbols.Count];
        foreach (var (name, symbol) in symbols)
        {
            _globals[symbol] = Globals.Table.GetValueOrDefault(name);
        }
    }

    /// <exception cref="TemplateException">The source is not a template, or too large; with the line.</exception>
    public static ChatTemplate Parse(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var tokens = new TokenStream(Lexer.Tokenize(source));
        try
        {
            return new ChatTemplate(new StatementParser(tokens).ParseTemplate(), tokens.Symbols);
        }
        catch (TemplateException e) when (e.Line is null)
        {
            throw new TemplateException(e.Message, tokens.Line, e);
        }
    }

    /// <exception cref="TemplateException">The template refused the input or failed on it; with the line.</exception>
    public string Render(ChatTemplateInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var state = new RenderState(Variables(input), input.Now);
        try
        {
            _body.Execute(state);
            return state.Output.TakeFrom(0);
        }
        catch (TemplateException e) when (e.Line is null)
        {
            throw new TemplateException(e.Message, state.Line, e);
        }
    }

    private Value?[] Variables(ChatTemplateInput input)
    {
        var variables = (Value?[])_globals.Clone();
        void Set(string name, Value value)
        {
            if (_symbols.TryGetValue(name, out var symbol))
            {
                variables[symbol] = value;
            }
        }

        foreach (var (name, value) in input.Arguments ?? [])
        {
            if (_symbols.ContainsKey(name))
            {
                Set(name, From(name, value));
            }
        }

        Set("messages", From("messages", input.Messages));
        Set("add_generation_prompt", BooleanValue.Of(input.AddGenerationPrompt));
        Set("bos_token", StringValue.Of(input.BosToken));
        Set("eos_token", StringValue.Of(input.EosToken));
        if (input.Tools is not null)
        {
            Set("tools", From("tools", input.Tools));
        }

        if (input.Documents is not null)
        {
            Set("documents", From("documents", input.Documents));
        }

        return variables;
    }

    private static Value From(string name, JsonNode? node)
    {
        try
        {
            return JsonValues.From(node);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // A property that occurs twice, or text that is not Unicode: JsonNode finds out when it is read.
            throw new TemplateException($"'{name}' is not usable JSON: {e.Message}", e);
        }
    }
}
