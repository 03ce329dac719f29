using System.Text;
using Platform.Templates.Builtins;
using Platform.Templates.Text;

namespace Platform.Templates.Values;

/// <summary>Text, counted in code points. Markup is text that is already safe in HTML: what is joined to it gets escaped.</summary>
internal sealed class StringValue : Value
{
    public static readonly StringValue Empty = new("", isMarkup: false);

    private static readonly StringValue[] Ascii = [.. Enumerable.Range(0, 128).Select(code => new StringValue(((char)code).ToString(), isMarkup: false))];

    private StringValue(string text, bool isMarkup)
    {
        Text = text;
        IsMarkup = isMarkup;
    }

    public string Text { get; }

    public bool IsMarkup { get; }

    public override string TypeName => IsMarkup ? "Markup" : "str";

    public override string Described => IsMarkup ? "markupsafe.Markup object" : "str object";

    public override bool IsTruthy => Text.Length > 0;

    public override int? Length => CodePoints.Count(Text);

    public override IEnumerable<Value> Elements => CodePoints.Split(Text).Select(Of);

    public override int Size => Text.Length + 1;

    public override int Work => Text.Length >> 8;

    public override int? Hash => Text.GetHashCode(StringComparison.Ordinal);

    public static StringValue Of(string text) => Make(text, isMarkup: false);

    public static StringValue Markup(string text) => Make(text, isMarkup: true);

    /// <summary>The same kind of text with other characters.</summary>
    public StringValue With(string text) => Make(text, IsMarkup);

    public override string ToText() => Text;

    public override void AppendRepr(StringBuilder output)
    {
        if (IsMarkup)
        {
            output.Append("Markup(");
            StringRepr.Append(output, Text, asciiOnly: false);
            output.Append(')');
        }
        else
        {
            StringRepr.Append(output, Text, asciiOnly: false);
        }
    }

    public override Value? Attribute(string name) => Methods.Bind(StringMethods.Table, this, name);

    public override Value? Item(Value key) => key switch
    {
        IntegralValue index => CodePoints.At(Text, index.Number) is { } character ? With(character) : null,
        SliceValue slice => With(CodePoints.Slice(Text, slice)),
        _ => null,
    };

    public override bool EqualTo(Value other) => other is StringValue text && Text == text.Text;

    /// <summary>Refuses a string that would be too long, before memory is taken for it.</summary>
    public static void CheckLength(long length)
    {
        if (length > Limits.ValueSize)
        {
            throw new TemplateException($"A string of {length} characters is too long; at most {Limits.ValueSize} are allowed.");
        }
    }

    private static StringValue Make(string text, bool isMarkup)
    {
        CheckLength(text.Length);
        return isMarkup ? new StringValue(text, true)
            : text.Length == 0 ? Empty
            : text.Length == 1 && text[0] < 128 ? Ascii[text[0]]
            : new StringValue(text, false);
    }
}
