using System.Text.Json;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Reading;
using Platform.OpenAi.Sampling;

namespace Platform.OpenAi.Completions;

/// <summary>Reads and validates the body of <c>POST /v1/completions</c>.</summary>
public static class CompletionRequestReader
{
    /// <summary>Choices of all prompts together.</summary>
    public const int MostChoices = 128;

    /// <param name="body">UTF-8 JSON as received.</param>
    public static ApiResult<CompletionRequest> Read(ReadOnlyMemory<byte> body) => JsonRoot.Read(body, Read);

    private static ApiResult<CompletionRequest> Read(JsonElement body)
    {
        var errors = new FirstError();
        var fields = new JsonObjectReader(body, "", errors);
        var choices = (int)(fields.Integer("n", 1, MostChoices) ?? 1);
        var request = new CompletionRequest
        {
            Model = ModelField.Read(fields, errors),
            Prompts = Prompts(body, errors),
            Sampling = SamplingReader.Read(fields, errors),
            Logprobs = (int?)fields.Integer("logprobs", 0, 5),
            MaxTokens = (int)Math.Min(int.MaxValue, fields.Integer("max_tokens", 0, long.MaxValue) ?? PredictField.Read(fields) ?? 16),
            Choices = choices,
            BestOf = (int)(fields.Integer("best_of", 0, 20) is { } best and > 0 ? best : choices),
            Echo = fields.Boolean("echo") ?? false,
            Suffix = fields.Text("suffix"),
            Stop = StopField.Read(fields, errors),
            Stream = fields.Boolean("stream") ?? false,
            StreamOptions = StreamOptions.Read(fields, errors),
            User = fields.Text("user", ModelField.MaxLength) ?? "",
        };
        if (request.User.Contains('\0')) errors.Add(ApiError.Invalid("Invalid 'user': it holds a NUL character.", "user", "invalid_value"));
        Together(request, errors);
        CompletionNotYet.Check(body, errors);
        return errors.Found is { } error ? error : request;
    }

    private static void Together(CompletionRequest request, FirstError errors)
    {
        if (request.BestOf < request.Choices) errors.Add(ApiError.Invalid($"Invalid 'best_of': it must be at least 'n', which is {request.Choices}, but is {request.BestOf}.", "best_of", "invalid_value"));
        if (request.BestOf > request.Choices && request.Stream) errors.Add(ApiError.Invalid("Invalid 'best_of': which choices are best is known at the end only, so it can't be streamed.", "best_of", "invalid_parameter_combination"));
        if (request.Prompts.Count * request.BestOf > MostChoices)
        {
            errors.Add(ApiError.Invalid($"Invalid 'prompt': {request.Prompts.Count} prompts with {request.BestOf} choices each are more than {MostChoices} choices.", "prompt", "invalid_value"));
        }

        if (request.Suffix is not null && request.Echo) errors.Add(ApiError.Invalid("Invalid 'suffix': it can't be combined with 'echo'.", "suffix", "invalid_parameter_combination"));
    }

    /// <summary>A string, strings, token ids, or lists of token ids.</summary>
    private static IReadOnlyList<CompletionPrompt> Prompts(JsonElement body, FirstError errors)
    {
        const string Expected = "one of a string, an array of strings, an array of integers or an array of arrays of integers";
        if (!body.TryGetProperty("prompt", out var prompt))
        {
            errors.Add(Wrong.Missing("prompt"));
            return [];
        }

        if (prompt.ValueKind == JsonValueKind.String) return [Text(prompt)];
        if (prompt.ValueKind != JsonValueKind.Array)
        {
            errors.Add(Wrong.Type("prompt", Expected, prompt));
            return [];
        }

        if (prompt.GetArrayLength() == 0)
        {
            errors.Add(Wrong.EmptyArray("prompt"));
            return [];
        }

        switch (prompt[0].ValueKind)
        {
            case JsonValueKind.Number:
                return [new CompletionPrompt(null, TokenIds.Read(prompt, "prompt", errors))];
            case JsonValueKind.String or JsonValueKind.Array:
                return [.. prompt.EnumerateArray().Select((one, i) => Item(one, prompt[0].ValueKind, $"prompt[{i}]", errors))];
            default:
                errors.Add(Wrong.Type("prompt[0]", "one of a string, an integer or an array of integers", prompt[0]));
                return [];
        }
    }

    private static CompletionPrompt Item(JsonElement one, JsonValueKind kind, string path, FirstError errors)
    {
        if (one.ValueKind != kind) errors.Add(Wrong.Type(path, kind == JsonValueKind.String ? "a string" : "an array of integers", one));
        else if (kind == JsonValueKind.String) return Text(one);
        else if (one.GetArrayLength() == 0) errors.Add(Wrong.EmptyArray(path));
        else return new CompletionPrompt(null, TokenIds.Read(one, path, errors));
        return default;
    }

    private static CompletionPrompt Text(JsonElement text) => new(text.GetString(), null);
}
