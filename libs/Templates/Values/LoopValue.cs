using System.Globalization;
using System.Text;
using Platform.Templates.Builtins;
using Platform.Templates.Rendering;

namespace Platform.Templates.Values;

/// <summary>The <c>loop</c> of a loop. It draws elements only when they are needed: a condition may depend on what the body did before.</summary>
internal sealed class LoopValue : CallableValue
{
    private readonly IEnumerator<Value> _source;
    private readonly int _depth;
    private readonly Func<RenderState, Value, Value>? _recurse;
    private readonly Queue<Value> _ahead = new();
    private int? _length;
    private int _index = -1;
    private Value? _previous;
    private Value? _lastChanged;

    public LoopValue(IEnumerable<Value> elements, int? length, int depth, Func<RenderState, Value, Value>? recurse)
    {
        _source = elements.GetEnumerator();
        _length = length;
        _depth = depth;
        _recurse = recurse;
    }

    public override string TypeName => "LoopContext";

    public override int? Length => TotalLength();

    public Value Current { get; private set; } = NoneValue.Instance;

    public bool MoveNext()
    {
        if (_ahead.Count == 0 && !_source.MoveNext())
        {
            return false;
        }

        _previous = _index >= 0 ? Current : null;
        Current = _ahead.Count > 0 ? _ahead.Dequeue() : _source.Current;
        _index++;
        return true;
    }

    public override Value? Attribute(string name) => name switch
    {
        "index" => IntegerValue.Of(_index + 1),
        "index0" => IntegerValue.Of(_index),
        "first" => BooleanValue.Of(_index == 0),
        "last" => BooleanValue.Of(Peek() is null),
        "length" => IntegerValue.Of(TotalLength()),
        "revindex" => IntegerValue.Of(TotalLength() - _index),
        "revindex0" => IntegerValue.Of(TotalLength() - _index - 1),
        "previtem" => _previous ?? new UndefinedValue("there is no previous item"),
        "nextitem" => Peek() ?? new UndefinedValue("there is no next item"),
        "depth" => IntegerValue.Of(_depth + 1),
        "depth0" => IntegerValue.Of(_depth),
        "cycle" => new FunctionValue(new Builtin("cycle", "*items", Cycle)),
        "changed" => new FunctionValue(new Builtin("changed", "*values", Changed)),
        _ => null,
    };

    public override Value Call(RenderState state, Arguments arguments) => _recurse is null
        ? throw new TemplateException("The loop must have the 'recursive' marker to be called recursively.")
        : arguments.Positional is [var source] ? _recurse(state, source) : throw new TemplateException("loop() takes one argument");

    public override void AppendRepr(StringBuilder output) => output.Append(CultureInfo.InvariantCulture, $"<LoopContext {_index + 1}/{TotalLength()}>");

    private Value? Peek()
    {
        if (_ahead.Count == 0 && _source.MoveNext())
        {
            _ahead.Enqueue(_source.Current);
        }

        return _ahead.Count > 0 ? _ahead.Peek() : null;
    }

    private int TotalLength()
    {
        if (_length is null)
        {
            while (_source.MoveNext())
            {
                _ahead.Enqueue(_source.Current);
            }

            _length = _index + 1 + _ahead.Count;
        }

        return _length.Value;
    }

    private Value Cycle(Invocation call) => call[1] is TupleValue { Items: { Length: > 0 } items }
        ? items[_index % items.Length]
        : throw new TemplateException("no items for cycling given");

    private BooleanValue Changed(Invocation call)
    {
        call.State.Spend(Comparison.Cost(_lastChanged ?? call[1], call[1]));
        var isSame = _lastChanged is not null && Comparison.AreEqual(_lastChanged, call[1]);
        _lastChanged = call[1];
        return BooleanValue.Of(!isSame);
    }
}
