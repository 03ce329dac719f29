using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Reading;

namespace Platform.OpenAi.Organization;

/// <summary>Body of <c>POST …/webhooks</c>.</summary>
public sealed record NewWebhook(string Url, IReadOnlyList<string> Events)
{
    private static readonly string[] All = ["video.completed", "video.failed"];

    public static ApiResult<NewWebhook> Read(ReadOnlyMemory<byte> body)
    {
        return JsonRoot.Read(body, Read);

        static ApiResult<NewWebhook> Read(JsonElement root)
        {
            var errors = new FirstError();
            var fields = new JsonObjectReader(root, "", errors);
            var url = fields.RequiredText("url", 2000) ?? "";
            if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.UserInfo.Length > 0) errors.Add(ApiError.Invalid("Invalid 'url': it must be an http or https URL.", "url", "invalid_value"));
            var events = new List<string>();
            if (fields.Array("events") is { } array)
            {
                foreach (var item in array.EnumerateArray())
                {
                    if (item.ValueKind == JsonValueKind.String && All.Contains(item.GetString())) events.Add(item.GetString()!); // one of them
                    else errors.Add(Wrong.Value("events", item.ToString(), All));
                }
            }

            return errors.Found is { } error ? error : new NewWebhook(url, events.Count > 0 ? events : All);
        }
    }
}

/// <summary>Where a project is told of its videos.</summary>
public sealed record ProjectWebhook
{
    public string Object { get; } = "organization.project.webhook";
    public required string Id { get; init; }
    public required string Url { get; init; }
    public required IReadOnlyList<string> Events { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>What signatures are made with: in the answer to its creation and never again.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Secret { get; init; }
}

public sealed record DeletedWebhook
{
    public string Object { get; } = "organization.project.webhook.deleted";
    public required string Id { get; init; }
    public bool Deleted { get; } = true;
}
