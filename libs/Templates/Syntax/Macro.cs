using Platform.Templates.Rendering;
using Platform.Templates.Values;

namespace Platform.Templates.Syntax;

/// <summary>The parameters and body of a macro or call block.</summary>
internal sealed record MacroDefinition(
    string Name, (string Name, int Symbol, Expression? Default)[] Parameters, Block Body, int? CallerSymbol, int? RestSymbol, int? NamedSymbol);

/// <summary><c>{% macro name(parameters) %}…{% endmacro %}</c></summary>
internal sealed class Macro(int symbol, MacroDefinition definition) : Statement
{
    public override Flow Execute(RenderState state)
    {
        state.Set(symbol, new MacroValue(definition, state.Scope));
        return Flow.Next;
    }
}

/// <summary><c>{% call(parameters) macro(arguments) %}…{% endcall %}</c></summary>
internal sealed class CallBlock(Call call, MacroDefinition caller, int line) : Statement
{
    public override Flow Execute(RenderState state)
    {
        state.Line = line;
        var block = new MacroValue(caller, state.Scope);
        state.Output.Append(call.Evaluate(state, block).ToText());
        return Flow.Next;
    }
}
