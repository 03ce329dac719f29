using System.Text.Json;
using Platform.OpenAi.Chat;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Reading;

namespace Platform.OpenAi.Tokens;

/// <summary>A valid body of <c>POST /v1/tokenize</c>: vLLM's fields, and llama.cpp's where they differ (<c>content</c>, <c>add_special</c>, <c>parse_special</c>, <c>with_pieces</c>).</summary>
/// <param name="Text">Null where the prompt is a conversation.</param>
/// <param name="Messages">Null where the prompt is a text.</param>
/// <param name="Tools">JSON array, or null.</param>
/// <param name="TemplateArguments">JSON object, or null.</param>
/// <param name="WithPieces">Whether each token comes as an object with its text.</param>
/// <param name="WithTexts">Whether the tokens' texts come beside them.</param>
public sealed record TokenizeRequest(
    string Model, string? Text, ChatMessages? Messages, string? Tools, string? TemplateArguments, bool AddGenerationPrompt, bool ContinueFinal, bool AddSpecial, bool ParseSpecial, bool WithPieces, bool WithTexts)
{
    /// <param name="body">UTF-8 JSON as received.</param>
    public static ApiResult<TokenizeRequest> Read(ReadOnlyMemory<byte> body) => JsonRoot.Read(body, Read);

    private static ApiResult<TokenizeRequest> Read(JsonElement body)
    {
        var errors = new FirstError();
        var fields = new JsonObjectReader(body, "", errors);
        var model = ModelField.Read(fields, errors);
        var conversation = fields.Has("messages", out _);
        var (prompt, content) = (fields.Text("prompt"), fields.Text("content"));
        if (!conversation && prompt is null && content is null) errors.Add(Wrong.Missing("prompt"));
        var request = new TokenizeRequest(
            model, conversation ? null : prompt ?? content, conversation ? ChatMessageReader.Read(body, errors) : null, fields.Array("tools")?.GetRawText(), fields.Object("chat_template_kwargs")?.GetRawText(),
            fields.Boolean("add_generation_prompt") ?? true, fields.Boolean("continue_final_message") ?? false,
            fields.Boolean("add_special_tokens") ?? fields.Boolean("add_special") ?? prompt is not null, fields.Boolean("parse_special") ?? true,
            fields.Boolean("with_pieces") ?? false, fields.Boolean("return_token_strs") ?? false);
        return errors.Found is { } error ? error : request;
    }
}

/// <summary>A valid body of <c>POST /v1/detokenize</c>.</summary>
public sealed record DetokenizeRequest(string Model, int[] Tokens)
{
    /// <param name="body">UTF-8 JSON as received.</param>
    public static ApiResult<DetokenizeRequest> Read(ReadOnlyMemory<byte> body) => JsonRoot.Read(body, Read);

    private static ApiResult<DetokenizeRequest> Read(JsonElement body)
    {
        var errors = new FirstError();
        var fields = new JsonObjectReader(body, "", errors);
        var model = ModelField.Read(fields, errors);
        if (!fields.Has("tokens", out _)) errors.Add(Wrong.Missing("tokens"));
        var tokens = fields.Array("tokens") is { } array ? TokenIds.Read(array, "tokens", errors) : [];
        return errors.Found is { } error ? error : new DetokenizeRequest(model, tokens);
    }
}
