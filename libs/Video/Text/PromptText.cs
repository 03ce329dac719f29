using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Platform.Video.Text;

/// <summary>Cleans a prompt as the Wan pipelines do: entities twice, typographic variants made plain, canonical composition, white space collapsed.</summary>
public static partial class PromptText
{
    public static string Clean(string prompt)
    {
        var text = new StringBuilder(prompt.Length);
        foreach (var c in WebUtility.HtmlDecode(WebUtility.HtmlDecode(prompt)))
        {
            switch (c)
            {
                case '‘' or '’' or '‚' or '‛': text.Append('\''); break;
                case '“' or '”' or '„' or '‟': text.Append('"'); break;
                case 'ﬀ': text.Append("ff"); break;
                case 'ﬁ': text.Append("fi"); break;
                case 'ﬂ': text.Append("fl"); break;
                case 'ﬃ': text.Append("ffi"); break;
                case 'ﬄ': text.Append("ffl"); break;
                case >= '！' and <= '～': text.Append((char)(c - 0xFEE0)); break;   // full-width forms
                case '\uFEFF': break;
                default:
                    if (!char.IsControl(c) || c is '\t' or '\n' or '\r') text.Append(c);
                    break;
            }
        }
        return WhiteSpace().Replace(text.ToString().Normalize(NormalizationForm.FormC), " ").Trim();
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
