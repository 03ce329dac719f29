using System.Buffers;
using System.Text.Json;

namespace Platform.OpenAi.Rerank;

/// <param name="Index">Of the document in the request.</param>
public readonly record struct RankedDocument(int Index, float Score);

/// <summary>The answer of <c>POST /v1/rerank</c>: what Jina's clients read, and Cohere's.</summary>
public static class RerankBody
{
    /// <param name="ranked">The best first.</param>
    /// <param name="documents">Those of the request where their texts are to come back; else null.</param>
    public static void Write(IBufferWriter<byte> output, string id, string model, IReadOnlyList<RankedDocument> ranked, IReadOnlyList<string>? documents, int promptTokens)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteString("object", "list");
        json.WriteString("model", model);
        json.WriteStartArray("results");
        foreach (var document in ranked)
        {
            json.WriteStartObject();
            json.WriteNumber("index", document.Index);
            json.WriteNumber("relevance_score", document.Score);
            if (documents is not null)
            {
                json.WriteStartObject("document");
                json.WriteString("text", documents[document.Index]);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", promptTokens);
        json.WriteNumber("total_tokens", promptTokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>As text-embeddings-inference answers.</summary>
    public static void WriteBare(IBufferWriter<byte> output, IReadOnlyList<RankedDocument> ranked, IReadOnlyList<string>? texts)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartArray();
        foreach (var document in ranked)
        {
            json.WriteStartObject();
            json.WriteNumber("index", document.Index);
            if (texts is not null) json.WriteString("text", texts[document.Index]);
            json.WriteNumber("score", document.Score);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
