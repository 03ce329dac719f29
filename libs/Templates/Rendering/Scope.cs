using Platform.Templates.Values;

namespace Platform.Templates.Rendering;

/// <summary>The names that a loop body, macro or block binds, inside those of the place where it was written. Names are numbers given by the parser.</summary>
internal sealed class Scope
{
    private readonly int _depth;
    private int[] _symbols = [];
    private Value[] _values = [];
    private int _count;

    public Scope(Scope? parent)
    {
        Parent = parent;
        _depth = parent is null ? 1 : parent._depth + 1;
        if (_depth > Limits.Calls)
        {
            throw new TemplateException("Scopes are nested too deeply.");
        }
    }

    public Scope? Parent { get; }

    /// <summary>Steps that a look-up costs beyond the first.</summary>
    public int Work => _count >> 4;

    public Value? Find(int symbol)
    {
        for (var i = 0; i < _count; i++)
        {
            if (_symbols[i] == symbol)
            {
                return _values[i];
            }
        }

        return null;
    }

    public void Set(int symbol, Value value)
    {
        for (var i = 0; i < _count; i++)
        {
            if (_symbols[i] == symbol)
            {
                _values[i] = value;
                return;
            }
        }

        if (_count == _symbols.Length)
        {
            var capacity = _count == 0 ? 4 : _count * 2;
            Array.Resize(ref _symbols, capacity);
            Array.Resize(ref _values, capacity);
        }

        _symbols[_count] = symbol;
        _values[_count++] = value;
    }
}
