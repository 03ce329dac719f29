using System.Text.Json;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Reading;

namespace Platform.OpenAi.Organization;

/// <summary>Body of <c>POST …/rate_limits/{id}</c>.</summary>
public sealed record RateLimitChange(Changed Requests, Changed Tokens)
{
    public static ApiResult<RateLimitChange> Read(ReadOnlyMemory<byte> body)
    {
        return JsonRoot.Read(body, Read);

        static ApiResult<RateLimitChange> Read(JsonElement root)
        {
            var errors = new FirstError();
            var fields = new JsonObjectReader(root, "", errors);
            var change = new RateLimitChange(Field(fields, root, "max_requests_per_1_minute"), Field(fields, root, "max_tokens_per_1_minute"));
            return errors.Found is { } error ? error : change;
        }
    }

    private static Changed Field(JsonObjectReader fields, JsonElement root, string name) => new(root.TryGetProperty(name, out _), fields.Integer(name, 1, int.MaxValue));
}

/// <summary>A field that may be absent (it stays as it is) or null (unlimited).</summary>
public readonly record struct Changed(bool IsGiven, long? Value)
{
    public long? Over(long? before) => IsGiven ? Value : before;
}
