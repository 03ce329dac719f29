using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.Tokenizers;

namespace Platform.Inference.Onnx.Tokenization;

/// <summary>The WordPiece tokenizer of a BERT model: text to token ids with <c>[CLS]</c> before and <c>[SEP]</c> after.</summary>
public sealed class WordPiece
{
    /// <summary>Letters of a word that is looked up; a longer one is one unknown token.</summary>
    private const int LongestWord = 100;

    private readonly WordPieceTokenizer _words;
    private readonly BertText _text;

    private WordPiece(WordPieceTokenizer words, BertText text, int begin, int end, int size) => (_words, _text, Begin, End, Size) = (words, text, begin, end, size);

    /// <summary>Id of <c>[CLS]</c>.</summary>
    public int Begin { get; }

    /// <summary>Id of <c>[SEP]</c>.</summary>
    public int End { get; }

    /// <summary>How many tokens there are; ids are below it.</summary>
    public int Size { get; }

    /// <param name="vocabulary">A token a line.</param>
    /// <param name="configuration">The model's <c>tokenizer_config.json</c>.</param>
    /// <exception cref="InvalidDataException">A file is not what it should be.</exception>
    public static WordPiece Load(string vocabulary, string configuration)
    {
        var tokens = File.ReadAllLines(vocabulary);
        var settings = Read(configuration);
        int Id(string token) => Array.IndexOf(tokens, token) is >= 0 and var id ? id : throw new InvalidDataException($"'{vocabulary}' has no {token}.");
        var options = new WordPieceOptions { UnknownToken = settings.UnkToken, MaxInputCharsPerWord = LongestWord, PreTokenizer = PreTokenizer.CreateWhiteSpace() };
        return new(
            WordPieceTokenizer.Create(vocabulary, options),
            new(settings.DoLowerCase, settings.StripAccents ?? settings.DoLowerCase),
            Id(settings.ClsToken), Id(settings.SepToken), tokens.Length);
    }

    /// <param name="most">Tokens the sequence may have, <see cref="Begin"/> and <see cref="End"/> included: what follows is not even looked at.</param>
    public int[] Encode(string text, int most = int.MaxValue)
    {
        // the package ends before a word that does not fit as a whole: with room for one word more the cut is where it should be
        var room = most - 2;
        var ids = _words.EncodeToIds(_text.Split(text), (int)Math.Min((long)room + LongestWord, int.MaxValue), out _, out _);
        return [Begin, .. ids.Take(room), End];
    }

    /// <summary>Ids as a client gives them, with <see cref="Begin"/> and <see cref="End"/> where they are missing.</summary>
    public int[] Frame(ReadOnlySpan<int> tokens) => (tokens is [var first, ..] && first == Begin, tokens is [.., var last] && last == End) switch
    {
        (true, true) => tokens.ToArray(),
        (true, false) => [.. tokens, End],
        (false, true) => [Begin, .. tokens],
        (false, false) => [Begin, .. tokens, End],
    };

    private static Settings Read(string configuration)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(configuration), SettingsJson.Default.Settings) ?? throw new InvalidDataException($"'{configuration}' is null.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"'{configuration}' is no tokenizer configuration: {e.Message}", e);
        }
    }

    internal sealed record Settings
    {
        public bool DoLowerCase { get; init; } = true;
        public bool? StripAccents { get; init; }
        public string ClsToken { get; init; } = "[CLS]";
        public string SepToken { get; init; } = "[SEP]";
        public string UnkToken { get; init; } = "[UNK]";
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(WordPiece.Settings))]
internal sealed partial class SettingsJson : JsonSerializerContext;
