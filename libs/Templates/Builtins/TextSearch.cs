using Platform.Templates.Text;
using Platform.Templates.Values;

namespace Platform.Templates.Builtins;

/// <summary>The methods of <c>str</c> that look for something in it. Positions count code points.</summary>
internal static class TextSearch
{
    public static readonly Builtin[] Methods =
    [
        new("find", "sub, start=, end=", call => IntegerValue.Of(Find(call, fromEnd: false))),
        new("rfind", "sub, start=, end=", call => IntegerValue.Of(Find(call, fromEnd: true))),
        new("index", "sub, start=, end=", call => Found(Find(call, fromEnd: false))),
        new("rindex", "sub, start=, end=", call => Found(Find(call, fromEnd: true))),
        new("count", "sub, start=, end=", Count),
        new("startswith", "prefix, start=, end=", call => Affix(call, (text, affix) => text.StartsWith(affix))),
        new("endswith", "suffix, start=, end=", call => Affix(call, (text, affix) => text.EndsWith(affix))),
    ];

    private delegate bool Matches(ReadOnlySpan<char> text, ReadOnlySpan<char> affix);

    private static int Find(Invocation call, bool fromEnd)
    {
        if (Window(call) is not var (start, end))
        {
            return -1;
        }

        var text = call.SelfText.Text.AsSpan(start, end - start);
        var at = fromEnd ? text.LastIndexOf(call.Text(1)) : text.IndexOf(call.Text(1));
        return at < 0 ? -1 : CodePoints.ToPoints(call.SelfText.Text, start + at);
    }

    private static IntegerValue Found(int at) => at >= 0 ? IntegerValue.Of(at) : throw new TemplateException("substring not found");

    private static IntegerValue Count(Invocation call)
    {
        if (Window(call) is not var (start, end))
        {
            return IntegerValue.Of(0);
        }

        var text = call.SelfText.Text[start..end];
        return IntegerValue.Of(call.Text(1).Length == 0 ? CodePoints.Count(text) + 1 : text.AsSpan().Count(call.Text(1)));
    }

    private static BooleanValue Affix(Invocation call, Matches matches)
    {
        if (Window(call) is not var (start, end))
        {
            return BooleanValue.False;
        }

        var text = call.SelfText.Text;
        return BooleanValue.Of(call[1] is TupleValue affixes
            ? Array.Exists(affixes.Items, affix => affix is StringValue one && matches(text.AsSpan(start, end - start), one.Text))
            : matches(text.AsSpan(start, end - start), call.Text(1)));
    }

    /// <summary>The UTF-16 range that the optional start and end select; null when the start lies behind the end.</summary>
    private static (int Start, int End)? Window(Invocation call)
    {
        var text = call.SelfText.Text;
        if (call.Given(2) is null && call.Given(3) is null)
        {
            return (0, text.Length);
        }

        var length = CodePoints.Count(text);
        var start = call.Given(2) is null ? 0 : call.Integer(2);
        var end = call.Given(3) is null ? length : call.Integer(3);
        start = start < 0 ? Math.Max(0, start + length) : start;
        end = end < 0 ? Math.Max(0, end + length) : Math.Min(end, length);
        return start > end ? null : (CodePoints.ToUnits(text, (int)start), CodePoints.ToUnits(text, (int)end));
    }
}
