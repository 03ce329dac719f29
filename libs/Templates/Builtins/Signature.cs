using Platform.Templates.Rendering;
using Platform.Templates.Values;

namespace Platform.Templates.Builtins;

/// <summary>Parameters as in <c>"old, new, count="</c>: one with <c>=</c> may be left out, <c>*rest</c> and <c>**named</c> take what is left.</summary>
internal sealed class Signature
{
    private readonly string _name;
    private readonly string[] _names;
    private readonly int _required;
    private readonly bool _takesRest;
    private readonly bool _takesNamed;

    public Signature(string name, string parameters)
    {
        _name = name;
        var all = parameters.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        _takesNamed = all.Any(parameter => parameter.StartsWith("**", StringComparison.Ordinal));
        _takesRest = all.Any(parameter => parameter.StartsWith('*') && !parameter.StartsWith("**", StringComparison.Ordinal));
        var plain = all.Where(parameter => !parameter.StartsWith('*')).ToArray();
        _required = plain.Count(parameter => !parameter.EndsWith('='));
        _names = [.. plain.Select(parameter => parameter.TrimEnd('='))];
    }

    /// <summary>The receiver, then a slot a parameter (null: left out), then a tuple for the rest and a dict for the named.</summary>
    public Value?[] Bind(Value self, Arguments arguments)
    {
        var slots = new Value?[1 + _names.Length + (_takesRest ? 1 : 0) + (_takesNamed ? 1 : 0)];
        slots[0] = self;
        var given = arguments.Positional;
        var plain = Math.Min(given.Length, _names.Length);
        Array.Copy(given, 0, slots, 1, plain);
        if (_takesRest)
        {
            slots[1 + _names.Length] = given.Length > plain ? new TupleValue(given[plain..]) : TupleValue.Empty;
        }
        else if (given.Length > plain)
        {
            throw new TemplateException($"{_name}() takes at most {_names.Length} arguments ({given.Length} given)");
        }

        BindNamed(slots, arguments.Named);
        for (var i = plain; i < _required; i++)
        {
            if (slots[i + 1] is null)
            {
                throw new TemplateException($"{_name}() is missing the argument '{_names[i]}'");
            }
        }

        return slots;
    }

    private void BindNamed(Value?[] slots, KeyValuePair<string, Value>[] named)
    {
        List<KeyValuePair<string, Value>>? left = null;
        foreach (var argument in named)
        {
            var index = Array.IndexOf(_names, argument.Key);
            if (index < 0)
            {
                (left ??= []).Add(argument);
                continue;
            }

            if (slots[index + 1] is not null)
            {
                throw new TemplateException($"{_name}() got multiple values for argument '{argument.Key}'");
            }

            slots[index + 1] = argument.Value;
        }

        if (_takesNamed)
        {
            slots[^1] = left is null ? DictValue.Empty : DictValue.From(left);
        }
        else if (left is not null)
        {
            throw new TemplateException($"{_name}() got an unexpected keyword argument '{left[0].Key}'");
        }
    }
}
