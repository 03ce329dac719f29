using System.Text.Json;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Reading;

namespace Platform.OpenAi.Organization;

/// <summary>Body of <c>POST …/api_keys</c>.</summary>
public sealed record NewProjectApiKey(string Name)
{
    private const int LongestName = 200;

    public static ApiResult<NewProjectApiKey> Read(ReadOnlyMemory<byte> body)
    {
        return JsonRoot.Read(body, Read);

        static ApiResult<NewProjectApiKey> Read(JsonElement root)
        {
            var errors = new FirstError();
            var name = new JsonObjectReader(root, "", errors).RequiredText("name", LongestName);
            if (name is "") errors.Add(Wrong.EmptyText("name"));
            if (name?.Contains('\0') == true) errors.Add(ApiError.Invalid("Invalid 'name': it holds a NUL character.", "name", "invalid_value"));
            return errors.Found is { } error ? error : new NewProjectApiKey(name ?? "");
        }
    }
}
