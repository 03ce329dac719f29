using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Platform.OpenAi.Tokens;

/// <summary>Answers of <c>POST /v1/tokenize</c>, <c>POST /v1/detokenize</c> and <c>POST /v1/apply-template</c>, in vLLM's shape with what llama.cpp adds.</summary>
public static class TokenBodies
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="text">UTF-8 of all tokens.</param>
    /// <param name="ends">For each token the end of its share.</param>
    public static void Tokens(IBufferWriter<byte> output, TokenizeRequest request, ReadOnlySpan<int> tokens, ReadOnlySpan<byte> text, ReadOnlySpan<int> ends, int contextLength)
    {
        using var json = new Utf8JsonWriter(output, Relaxed);
        json.WriteStartObject();
        json.WriteNumber("count"u8, tokens.Length);
        json.WriteNumber("max_model_len"u8, contextLength);
        json.WriteStartArray("tokens"u8);
        for (var i = 0; i < tokens.Length; i++)
        {
            if (request.WithPieces) Piece(json, tokens[i], Share(text, ends, i));
            else json.WriteNumberValue(tokens[i]);
        }

        json.WriteEndArray();
        if (request.WithTexts)
        {
            json.WriteStartArray("token_strs"u8);
            for (var i = 0; i < tokens.Length; i++) json.WriteStringValue(Encoding.UTF8.GetString(Share(text, ends, i)));
            json.WriteEndArray();
        }
        else
        {
            json.WriteNull("token_strs"u8);
        }

        json.WriteEndObject();
    }

    /// <param name="text">UTF-8.</param>
    public static void Prompt(IBufferWriter<byte> output, ReadOnlySpan<byte> text)
    {
        using var json = new Utf8JsonWriter(output, Relaxed);
        json.WriteStartObject();
        json.WriteString("prompt"u8, Encoding.UTF8.GetString(text));
        json.WriteEndObject();
    }

    /// <param name="text">UTF-8.</param>
    public static void Text(IBufferWriter<byte> output, ReadOnlySpan<byte> text)
    {
        using var json = new Utf8JsonWriter(output, Relaxed);
        var said = Encoding.UTF8.GetString(text);
        json.WriteStartObject();
        json.WriteString("prompt"u8, said);
        json.WriteString("content"u8, said);
        json.WriteEndObject();
    }

    /// <summary>As llama.cpp: a piece that is no text by itself is the list of its bytes.</summary>
    private static void Piece(Utf8JsonWriter json, int token, ReadOnlySpan<byte> bytes)
    {
        json.WriteStartObject();
        json.WriteNumber("id"u8, token);
        if (System.Text.Unicode.Utf8.IsValid(bytes))
        {
            json.WriteString("piece"u8, bytes);
        }
        else
        {
            json.WriteStartArray("piece"u8);
            foreach (var one in bytes) json.WriteNumberValue(one);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static ReadOnlySpan<byte> Share(ReadOnlySpan<byte> text, ReadOnlySpan<int> ends, int token) => text[(token == 0 ? 0 : ends[token - 1])..ends[token]];
}
