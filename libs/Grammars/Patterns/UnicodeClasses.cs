using System.Collections.Concurrent;
using System.Globalization;
using Platform.Grammars.Gbnf;

namespace Platform.Grammars.Patterns;

/// <summary>The characters of a general category, by its short name (<c>L</c>, <c>Lu</c>, …).</summary>
internal static class UnicodeClasses
{
    private static readonly string[] Names =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    private static readonly ConcurrentDictionary<string, CodePointSet> Known = new();

    /// <summary>Null: no such category.</summary>
    public static CodePointSet? Of(string name)
    {
        var category = name.Split('=') is [_, var value] ? value : name;
        return Names.Any(known => known.StartsWith(category, StringComparison.Ordinal)) && category.Length > 0 ? Known.GetOrAdd(category, Find) : null;
    }

    private static CodePointSet Find(string category)
    {
        var ranges = new List<CodePointRange>();
        for (var code = 0; code <= CodePointSet.Max; code++)
        {
            if (Names[(int)CharUnicodeInfo.GetUnicodeCategory(code)].StartsWith(category, StringComparison.Ordinal))
            {
                if (ranges.Count > 0 && ranges[^1].High == code - 1)
                {
                    ranges[^1] = new(ranges[^1].Low, code);
                }
                else
                {
                    ranges.Add(new(code, code));
                }
            }
        }

        return CodePointSet.Of(ranges);
    }
}
