using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Platform.Inference.Engine;

namespace Platform.LlamaWorker.Models;

/// <summary>
/// Keeps what a request says from becoming control tokens. Where a text of the request spells one out it is put between two marks before the template sees it,
/// and what is between marks in the rendered text is tokenized as text. A request that spells none is not touched.
/// </summary>
internal sealed class ControlTexts
{
    /// <summary>Noncharacters of Unicode, meant for use inside a program; a request's own are dropped where marks are needed.</summary>
    public const char Open = '\uFDD0', Close = '\uFDD1';

    private readonly string[] _texts;
    private readonly SearchValues<string> _any;

    public ControlTexts(IEngineModel engine)
    {
        _texts = [.. Enumerable.Range(0, engine.Info.Vocabulary)
            .Where(token => engine.Piece(token, [], special: false) == 0)
            .Select(token => Encoding.UTF8.GetString(engine.Text(token, special: true)))
            .Where(text => text.Length > 0)
            .OrderByDescending(text => text.Length)];
        _any = SearchValues.Create(_texts, StringComparison.Ordinal);
    }

    /// <summary>Whether a control token is spelled out anywhere in it, names of properties included.</summary>
    public bool AreIn(JsonNode? node) => node switch
    {
        JsonObject fields => fields.Any(field => AreIn(field.Key) || AreIn(field.Value)),
        JsonArray items => items.Any(AreIn),
        JsonValue value => value.TryGetValue(out string? text) && AreIn(text),
        _ => false,
    };

    public JsonNode? Marked(JsonNode? node) => node switch
    {
        JsonObject fields => new JsonObject(fields.Select(field => KeyValuePair.Create(Marked(field.Key), Marked(field.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Marked)]),
        JsonValue value when value.TryGetValue(out string? text) => JsonValue.Create(Marked(text)),
        _ => node?.DeepClone(),
    };

    /// <summary>The rendered text in pieces; those that came from marked text are text, whatever they spell.</summary>
    public static IEnumerable<(string Text, bool IsInput)> Pieces(string rendered)
    {
        var input = false;
        for (var start = 0; start < rendered.Length;)
        {
            var end = rendered.AsSpan(start).IndexOfAny(Open, Close) is >= 0 and var at ? start + at : rendered.Length;
            if (end > start) yield return (rendered[start..end], input);
            input = end < rendered.Length && rendered[end] == Open;
            start = end + 1;
        }
    }

    private bool AreIn(string text) => text.AsSpan().ContainsAny(_any);

    private string Marked(string text)
    {
        if (!AreIn(text)) return text;
        var marked = new StringBuilder();
        text = text.Replace(Open.ToString(), "", StringComparison.Ordinal).Replace(Close.ToString(), "", StringComparison.Ordinal);
        for (var rest = text.AsSpan(); ;)
        {
            var at = rest.IndexOfAny(_any);
            if (at < 0) return marked.Append(rest).ToString();
            var found = LongestAt(rest[at..]);
            marked.Append(rest[..at]).Append(Open).Append(found).Append(Close);
            rest = rest[(at + found.Length)..];
        }
    }

    private string LongestAt(ReadOnlySpan<char> text)
    {
        foreach (var control in _texts)
        {
            if (text.StartsWith(control, StringComparison.Ordinal)) return control;
        }

        throw new InvalidOperationException("A control text was found and is not there."); // the search looks for these very texts
    }
}
