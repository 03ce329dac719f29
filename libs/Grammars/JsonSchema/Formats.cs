using System.Collections.Concurrent;
using Platform.Grammars.Gbnf;
using Platform.Grammars.Patterns;

namespace Platform.Grammars.JsonSchema;

/// <summary>Formats that can be kept, as regular expressions: those of RFC 3339, 4122, 5321, 1123, 2673, 4291 and 3986 in their usual writings.</summary>
internal static class Formats
{
    private const string Year = "[0-9]{4}";
    private const string Leap = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)";
    private const string Date =
        $"(?:{Year}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|{Leap}-02-29)";

    private const string Time = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,9})?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])";
    private const string Byte = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private const string V4 = $"(?:{Byte}\\.){{3}}{Byte}";
    private const string Part = "[0-9a-fA-F]{1,4}";
    private const string Label = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
    private const string Uri = "[a-zA-Z][a-zA-Z0-9+.-]{0,20}:(?://(?:[a-zA-Z0-9._~-]+@)?" + Label + "(?:\\." + Label + "){0,8}(?::[0-9]{1,5})?)?(?:[a-zA-Z0-9._~!$&'()*+,;=:@/-]|%[0-9a-fA-F]{2})*"
        + "(?:\\?(?:[a-zA-Z0-9._~!$&'()*+,;=:@/?-]|%[0-9a-fA-F]{2})*)?(?:#(?:[a-zA-Z0-9._~!$&'()*+,;=:@/?-]|%[0-9a-fA-F]{2})*)?";

    private static readonly Dictionary<string, string> Known = new()
    {
        ["date"] = Date,
        ["time"] = Time,
        ["date-time"] = $"{Date}T{Time}",
        ["duration"] = "P(?:[0-9]{1,4}W|(?:[0-9]{1,4}D|[0-9]{1,4}M(?:[0-9]{1,4}D)?|[0-9]{1,4}Y(?:[0-9]{1,4}M(?:[0-9]{1,4}D)?)?)"
            + "(?:T(?:[0-9]{1,4}S|[0-9]{1,4}M(?:[0-9]{1,4}S)?|[0-9]{1,4}H(?:[0-9]{1,4}M(?:[0-9]{1,4}S)?)?))?|T(?:[0-9]{1,4}S|[0-9]{1,4}M(?:[0-9]{1,4}S)?|[0-9]{1,4}H(?:[0-9]{1,4}M(?:[0-9]{1,4}S)?)?))",
        ["email"] = $"[a-zA-Z0-9!#$%&'*+/=?^_`{{|}}~-]{{1,30}}(?:\\.[a-zA-Z0-9!#$%&'*+/=?^_`{{|}}~-]{{1,30}}){{0,3}}@(?:{Label}\\.){{1,5}}[a-zA-Z](?:[a-zA-Z0-9-]{{0,20}}[a-zA-Z0-9])?",
        ["hostname"] = $"{Label}(?:\\.{Label}){{0,2}}",
        ["ipv4"] = V4,
        ["ipv6"] = $"(?:{Part}:){{7}}{Part}|(?:{Part}:){{1,7}}:|(?:{Part}:){{1,6}}:{Part}|(?:{Part}:){{1,5}}(?::{Part}){{1,2}}|(?:{Part}:){{1,4}}(?::{Part}){{1,3}}|(?:{Part}:){{1,3}}(?::{Part}){{1,4}}"
            + $"|(?:{Part}:){{1,2}}(?::{Part}){{1,5}}|{Part}:(?::{Part}){{1,6}}|:(?:(?::{Part}){{1,7}}|:)",
        ["uuid"] = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
        ["uri"] = Uri,
        ["uri-reference"] = Uri,
        ["json-pointer"] = "(?:/(?:[^~/]|~0|~1)*)*",
    };

    private static readonly ConcurrentDictionary<string, Expression> Read = new();

    public static string Names { get; } = string.Join(", ", Known.Keys.Select(name => $"'{name}'"));

    /// <summary>Null: not known.</summary>
    public static Expression? Of(string name) => Known.TryGetValue(name, out var pattern) ? Read.GetOrAdd(pattern, RegexReader.Whole) : null;
}
