using System.Text;
using Platform.Templates.Text;
using Platform.Templates.Values;

namespace Platform.Templates.Builtins;

/// <summary>Filters over the elements of a value as a whole.</summary>
internal static class SequenceFilters
{
    public static readonly Builtin[] All =
    [
        new("default", "default_value=, boolean=", Default),
        new("d", "default_value=, boolean=", Default),
        new("length", "", call => IntegerValue.Of(call.Self.Count())),
        new("count", "", call => IntegerValue.Of(call.Self.Count())),
        new("list", "", call => ListValue.From(call.Self.Iterate())),
        new("items", "", call => new GeneratorValue(call.Self, Items(call.Self))),
        new("attr", "name", call => call.Self.Attribute(call.Text(1)) ?? UndefinedValue.Missing(call.Self, call.Text(1))),
        new("first", "", call => call.Self.Iterate().FirstOrDefault() ?? new UndefinedValue("No first item, sequence was empty.")),
        new("last", "", call => Reversible(call.Self).LastOrDefault() ?? new UndefinedValue("No last item, sequence was empty.")),
        new("reverse", "", Reverse),
        new("join", "d=, attribute=", Join),
        new("sum", "attribute=, start=", Sum),
        new("batch", "linecount, fill_with=", call => new GeneratorValue(call.Self, Batch(call))),
        new("slice", "slices, fill_with=", call => new GeneratorValue(call.Self, Slice(call))),
    ];

    private static Value Default(Invocation call) =>
        call.Self is UndefinedValue || (call.Flag(2) && !call.Self.IsTruthy) ? call.Has(1) ? call[1] : StringValue.Empty : call.Self;

    private static IEnumerable<Value> Items(Value value)
    {
        var entries = value switch
        {
            DictValue dict => dict.Entries,
            UndefinedValue => [],
            _ => throw new TemplateException("Can only get item pairs from a mapping."),
        };
        foreach (var entry in entries)
        {
            yield return DictMethods.Pair(entry);
        }
    }

    private static IEnumerable<Value> Reversible(Value value) => value is GeneratorValue or null
        ? throw new TemplateException("'generator' object is not reversible")
        : value.Elements ?? throw new TemplateException($"'{value.TypeName}' object is not reversible");

    private static Value Reverse(Invocation call) => call.Self is StringValue text
        ? text.With(CodePoints.Reverse(text.Text))
        : new GeneratorValue(call.Self, call.Self.Iterate().Reverse());

    private static StringValue Join(Invocation call)
    {
        var separator = call[1] is NoneValue && !call.Has(1) ? "" : call[1].ToText();
        var attribute = call.Given(2) is { } path ? Access.Path(path) : value => value;
        var output = new StringBuilder();
        var isFirst = true;
        foreach (var element in call.Self.Iterate())
        {
            output.Append(isFirst ? "" : separator).Append(attribute(element).ToText());
            StringValue.CheckLength(output.Length);
            isFirst = false;
        }

        return StringValue.Of(output.ToString());
    }

    private static Value Sum(Invocation call)
    {
        var attribute = call.Given(1) is { } path ? Access.Path(path) : value => value;
        var sum = call.Has(2) ? call[2] : IntegerValue.Of(0);
        foreach (var element in call.Self.Iterate())
        {
            sum = Operators.Apply(BinaryOperator.Add, sum, attribute(element));
            call.State.Spend(1 + sum.Work);
        }

        return sum;
    }

    private static IEnumerable<Value> Batch(Invocation call)
    {
        var size = call.Integer(1);
        var row = new List<Value>();
        foreach (var element in call.Self.Iterate())
        {
            if (row.Count == size)
            {
                yield return ListValue.From(row);
                row.Clear();
            }

            row.Add(element);
        }

        if (row.Count > 0)
        {
            if (call.Given(2) is { } fill && row.Count < size)
            {
                StringValue.CheckLength(size);
                row.AddRange(Enumerable.Repeat(fill, (int)size - row.Count));
            }

            yield return ListValue.From(row);
        }
    }

    private static IEnumerable<Value> Slice(Invocation call)
    {
        var items = call.Self.Iterate().ToArray();
        var slices = call.Integer(1);
        if (slices == 0)
        {
            throw new TemplateException("integer division or modulo by zero");
        }

        if (slices > Limits.RangeLength)
        {
            throw new TemplateException($"slice: at most {Limits.RangeLength} slices are allowed");
        }

        var (each, larger) = ((int)(items.Length / slices), (int)(items.Length % slices));
        var at = 0;
        for (var i = 0; i < slices; i++)
        {
            call.State.Spend(1);
            var count = each + (i < larger ? 1 : 0);
            List<Value> row = [.. items.AsSpan(at, count)];
            at += count;
            if (call.Given(2) is { } fill && i >= larger)
            {
                row.Add(fill);
            }

            yield return ListValue.From(row);
        }
    }
}
