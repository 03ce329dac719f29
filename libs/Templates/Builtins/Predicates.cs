using System.Collections.Frozen;
using Platform.Templates.Values;

namespace Platform.Templates.Builtins;

/// <summary>The tests behind <c>is</c>.</summary>
internal static class Predicates
{
    public static readonly FrozenDictionary<string, Builtin> Table = Builtin.Table(
    [
        Test("defined", value => value is not UndefinedValue),
        Test("undefined", value => value is UndefinedValue),
        Test("none", value => value is NoneValue),
        Test("boolean", value => value is BooleanValue),
        Test("true", value => ReferenceEquals(value, BooleanValue.True)),
        Test("false", value => ReferenceEquals(value, BooleanValue.False)),
        Test("integer", value => value is IntegerValue),
        Test("float", value => value is FloatValue),
        Test("number", value => value is NumberValue),
        Test("string", value => value is StringValue),
        Test("mapping", value => value is DictValue),
        Test("iterable", value => value.Elements is not null),
        Test("sequence", value => value is StringValue or SequenceValue or DictValue or RangeValue or UndefinedValue),
        Test("callable", value => value is CallableValue or UndefinedValue),
        Test("escaped", value => value is StringValue { IsMarkup: true }),
        Test("lower", value => TextClasses.IsLower(value.ToText())),
        Test("upper", value => TextClasses.IsUpper(value.ToText())),
        Test("odd", value => Leaves(value, IntegerValue.Of(2), rest: 1)),
        Test("even", value => Leaves(value, IntegerValue.Of(2), rest: 0)),
        new("divisibleby", "num", call => BooleanValue.Of(Leaves(call.Self, call[1], rest: 0))),
        new("sameas", "other", call => BooleanValue.Of(IsSame(call.Self, call[1]))),
        new("in", "seq", call =>
        {
            call.State.Spend(Comparison.ContainsCost(call[1], call.Self));
            return BooleanValue.Of(Comparison.Contains(call[1], call.Self));
        }),
        new("filter", "", call => BooleanValue.Of(Filters.Table.ContainsKey(call.Self.ToText()))),
        new("test", "", call => BooleanValue.Of(Table!.ContainsKey(call.Self.ToText()))),
        .. Relation(Comparison.AreEqual, "eq", "equalto", "=="),
        .. Relation((left, right) => !Comparison.AreEqual(left, right), "ne", "!="),
        .. Relation((left, right) => Comparison.Compare(left, right, "<") < 0, "lt", "lessthan", "<"),
        .. Relation((left, right) => Comparison.Compare(left, right, "<=") <= 0, "le", "<="),
        .. Relation((left, right) => Comparison.Compare(left, right, ">") > 0, "gt", "greaterthan", ">"),
        .. Relation((left, right) => Comparison.Compare(left, right, ">=") >= 0, "ge", ">="),
    ]);

    private static Builtin Test(string name, Func<Value, bool> holds) => new(name, "", call => BooleanValue.Of(holds(call.Self)));

    private static IEnumerable<Builtin> Relation(Func<Value, Value, bool> holds, params string[] names) =>
        names.Select(name => new Builtin(name, "other", call =>
        {
            call.State.Spend(Comparison.Cost(call.Self, call[1]));
            return BooleanValue.Of(holds(call.Self, call[1]));
        }));

    private static bool Leaves(Value value, Value divisor, long rest) =>
        Comparison.AreEqual(Operators.Apply(BinaryOperator.Modulo, value, divisor), IntegerValue.Of(rest));

    private static bool IsSame(Value left, Value right) =>
        ReferenceEquals(left, right) || (left is IntegerValue or StringValue && left.GetType() == right.GetType() && left.EqualTo(right));
}
