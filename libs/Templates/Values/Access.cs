namespace Platform.Templates.Values;

/// <summary>How templates reach into values: <c>a.b</c> looks for an attribute first and <c>a['b']</c> for an element, then each for the other.</summary>
internal static class Access
{
    public static Value Attribute(Value target, string name) => Attribute(target, StringValue.Of(name));

    public static Value Attribute(Value target, StringValue name) =>
        target.Attribute(name.Text) ?? target.Item(name)
        ?? (IsInternal(name.Text) ? UndefinedValue.Unsafe(target, name.Text) : UndefinedValue.Missing(target, name.Text));

    public static Value Item(Value target, Value key) => (target.Item(key), key) switch
    {
        ({ } item, _) => item,
        (_, SliceValue) => throw new TemplateException($"'{target.TypeName}' object cannot be sliced"),
        (_, StringValue name) => target.Attribute(name.Text) ?? UndefinedValue.Missing(target, key),
        _ => UndefinedValue.Missing(target, key),
    };

    /// <summary>Follows a path such as <c>"function.name"</c> or <c>"0.role"</c>, as filters that take an attribute do.</summary>
    public static Func<Value, Value> Path(Value path, Value? otherwise = null)
    {
        Value[] keys = path is StringValue text ? [.. text.Text.Split('.').Select(Key)] : [path];
        return target =>
        {
            foreach (var key in keys)
            {
                target = Item(target, key);
                if (target is UndefinedValue && otherwise is not null)
                {
                    target = otherwise;
                }
            }

            return target;
        };
    }

    private static Value Key(string part) => part.Length is > 0 and < 10 && part.All(char.IsAsciiDigit)
        ? IntegerValue.Of(int.Parse(part, System.Globalization.CultureInfo.InvariantCulture))
        : StringValue.Of(part);

    private static bool IsInternal(string name) => name.StartsWith("__", StringComparison.Ordinal) && name.EndsWith("__", StringComparison.Ordinal);
}
