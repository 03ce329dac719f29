using System.Text.Json;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Reading;

namespace Platform.OpenAi.Organization;

/// <summary>A pull from a model hub, to be polled.</summary>
public sealed record OrganizationModelPull
{
    public string Object { get; } = "organization.model_pull";
    public required string Id { get; init; }
    public required long CreatedAt { get; init; }

    /// <summary><c>in_progress</c>, <c>completed</c>, <c>failed</c>, <c>cancelled</c>.</summary>
    public required string Status { get; init; }

    /// <summary><c>asking</c>, <c>downloading</c>, <c>checking</c>, <c>done</c>.</summary>
    public required string Stage { get; init; }
    public required string Repository { get; init; }

    /// <summary>The chosen file and why; null until the hub has answered.</summary>
    public required string? File { get; init; }
    public required string? Reason { get; init; }
    public required long BytesDone { get; init; }
    public required long BytesTotal { get; init; }

    /// <summary>Id in the catalogue; null until it is there.</summary>
    public required string? Model { get; init; }
    public required string? Error { get; init; }
}

/// <summary>Body of <c>POST /v1/organization/models</c>.</summary>
/// <param name="Repository">As on the command line: <c>owner/name</c>, with <c>:file</c> or <c>:quantisation</c> behind it to choose.</param>
public sealed record NewModelPull(string Repository, string? Revision, string? Id)
{
    private const int LongestText = 400;

    public static ApiResult<NewModelPull> Read(ReadOnlyMemory<byte> body)
    {
        return JsonRoot.Read(body, Read);

        static ApiResult<NewModelPull> Read(JsonElement root)
        {
            var errors = new FirstError();
            var fields = new JsonObjectReader(root, "", errors);
            var pull = new NewModelPull(fields.RequiredText("repository", LongestText) ?? "", fields.Text("revision", LongestText), fields.Text("id", LongestText));
            return errors.Found is { } error ? error : pull;
        }
    }
}
