using System.Runtime.CompilerServices;
using Platform.Templates.Values;

namespace Platform.Templates.Rendering;

/// <summary>Everything one render changes: its output, the names in scope, and what it may still use up.</summary>
internal sealed class RenderState(Value?[] globals, DateTimeOffset now) : IDisposable
{
    private int _steps = Limits.Steps;
    private int _calls;

    public Output Output { get; } = new();

    public DateTimeOffset Now => now;

    /// <summary>The innermost scope; null at the top level of the template.</summary>
    public Scope? Scope { get; set; }

    /// <summary>Line of the statement or call that runs.</summary>
    public int Line { get; set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Spend(int steps)
    {
        if ((_steps -= steps) < 0)
        {
            throw new TemplateException($"The template runs too long; at most {Limits.Steps} steps are allowed.");
        }
    }

    /// <summary>Python's <c>str()</c>, at the price of making or copying it.</summary>
    public string ToText(Value value)
    {
        var text = value.ToText();
        Spend(1 + (value is StringValue ? value.Work : text.Length >> 4));
        return text;
    }

    public Value? Find(int symbol)
    {
        for (var scope = Scope; scope is not null; scope = scope.Parent)
        {
            Spend(scope.Work);
            if (scope.Find(symbol) is { } value)
            {
                return value;
            }
        }

        return globals[symbol];
    }

    public void Set(int symbol, Value value)
    {
        if (Scope is null)
        {
            globals[symbol] = value;
        }
        else
        {
            Spend(Scope.Work);
            Scope.Set(symbol, value);
        }
    }

    /// <summary>Runs <paramref name="body"/> in a scope inside <paramref name="parent"/> and returns what it printed.</summary>
    public string Capture(Scope? parent, Action<RenderState> body)
    {
        if (++_calls > Limits.Calls || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new TemplateException($"Calls are nested too deeply; at most {Limits.Calls} levels are allowed.");
        }

        var (outer, start) = (Scope, Output.Length);
        Scope = new Scope(parent);
        body(this);
        Scope = outer;
        _calls--;
        return Output.TakeFrom(start);
    }

    public void Dispose() => Output.Dispose();
}
