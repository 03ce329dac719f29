using System.Text.Json;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Reading;

namespace Platform.OpenAi.Embeddings;

/// <summary>Reads <c>input</c>: a text, texts, token ids, or lists of token ids.</summary>
internal static class EmbeddingInputReader
{
    private const int Most = 2048;
    private const string Field = "input";

    public static EmbeddingInputs Read(JsonElement body, FirstError errors)
    {
        if (!body.TryGetProperty(Field, out var input))
        {
            errors.Add(Wrong.Missing(Field));
            return EmbeddingInputs.None;
        }

        switch (input.ValueKind)
        {
            case JsonValueKind.String:
                return new([Text(input, Field, errors)], [], [Field]);
            case JsonValueKind.Array when input.GetArrayLength() == 0:
                errors.Add(Wrong.EmptyArray(Field));
                return EmbeddingInputs.None;
            case JsonValueKind.Array when input.GetArrayLength() > Most:
                errors.Add(Wrong.LongArray(Field, Most, input.GetArrayLength()));
                return EmbeddingInputs.None;
            case JsonValueKind.Array:
                return Many(input, errors);
            default:
                errors.Add(Wrong.Type(Field, "one of a string, array of strings, array of integers, or array of integer arrays", input));
                return EmbeddingInputs.None;
        }
    }

    private static EmbeddingInputs Many(JsonElement input, FirstError errors)
    {
        string Name(int i) => $"{Field}[{i}]";
        switch (input[0].ValueKind)
        {
            case JsonValueKind.String:
                return new([.. input.EnumerateArray().Select((text, i) => Text(text, Name(i), errors))], [], Names());
            case JsonValueKind.Number:
                return new([], [Tokens(input, Field, errors)], [Field]);
            case JsonValueKind.Array:
                return new([], [.. input.EnumerateArray().Select((tokens, i) => TokenList(tokens, Name(i), errors))], Names());
            default:
                errors.Add(Wrong.Type(Name(0), "one of a string, integer, or array of integers", input[0]));
                return EmbeddingInputs.None;
        }

        string[] Names() => [.. Enumerable.Range(0, input.GetArrayLength()).Select(Name)];
    }

    private static string Text(JsonElement value, string path, FirstError errors)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            errors.Add(Wrong.Type(path, "a string", value));
            return "";
        }

        var text = value.GetString()!; // a JSON string is never null
        if (text.Length == 0) errors.Add(Wrong.EmptyText(path));
        return text;
    }

    private static int[] TokenList(JsonElement value, string path, FirstError errors)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            errors.Add(Wrong.Type(path, "an array of integers", value));
            return [];
        }

        if (value.GetArrayLength() == 0) errors.Add(Wrong.EmptyArray(path));
        return Tokens(value, path, errors);
    }

    private static int[] Tokens(JsonElement values, string path, FirstError errors)
    {
        var tokens = new int[values.GetArrayLength()];
        for (var i = 0; i < tokens.Length; i++)
        {
            var value = values[i];
            if (value.ValueKind != JsonValueKind.Number || Wrong.IsDecimal(value)) errors.Add(Wrong.Type($"{path}[{i}]", "an integer", value));
            else if (!value.TryGetInt32(out tokens[i])) errors.Add(value.GetRawText()[0] == '-' ? Wrong.Below($"{path}[{i}]", "integer", 0, value) : Wrong.Above($"{path}[{i}]", "integer", int.MaxValue, value));
            else if (tokens[i] < 0) errors.Add(Wrong.Below($"{path}[{i}]", "integer", 0, value));
        }

        return tokens;
    }
}
