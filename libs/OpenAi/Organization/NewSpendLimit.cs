using System.Text.Json;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Reading;

namespace Platform.OpenAi.Organization;

/// <summary>Body of <c>POST …/spend_limit</c>; replaces the limit there is.</summary>
/// <param name="Amount">Cents.</param>
public sealed record NewSpendLimit(long? Amount, long? Tokens)
{
    private const long Most = 1_000_000_000_000;

    public static ApiResult<NewSpendLimit> Read(ReadOnlyMemory<byte> body)
    {
        return JsonRoot.Read(body, Read);

        static ApiResult<NewSpendLimit> Read(JsonElement root)
        {
            var errors = new FirstError();
            var fields = new JsonObjectReader(root, "", errors);
            var limit = new NewSpendLimit(fields.Integer("threshold_amount", 0, Most), fields.Integer("threshold_tokens", 0, Most));
            fields.OneOf("currency", "USD");
            fields.OneOf("interval", "month");
            if (limit is { Amount: null, Tokens: null }) errors.Add(Wrong.Missing("threshold_amount"));
            return errors.Found is { } error ? error : limit;
        }
    }
}
