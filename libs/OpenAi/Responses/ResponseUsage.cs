using System.Text.Json;

namespace Platform.OpenAi.Responses;

/// <param name="Cached">Of <paramref name="Input"/>: tokens that did not have to be decoded.</param>
/// <param name="Reasoning">Of <paramref name="Output"/>: tokens the model thought with.</param>
public readonly record struct ResponseUsage(int Input, int Cached, int Output, int Reasoning)
{
    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("input_tokens"u8, Input);
        json.WriteStartObject("input_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, Cached);
        json.WriteNumber("cache_write_tokens"u8, 0);
        json.WriteEndObject();
        json.WriteNumber("output_tokens"u8, Output);
        json.WriteStartObject("output_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, Reasoning);
        json.WriteEndObject();
        json.WriteNumber("total_tokens"u8, (long)Input + Output);
        json.WriteEndObject();
    }
}
