using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.OpenAi.Models;
using Platform.OpenAi.Organization;
using Platform.OpenAi.Videos;

namespace Platform.OpenAi.Json;

/// <summary>The wire types that are no hot path: snake case, nulls written, non-ASCII as it is.</summary>
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(UsagePage<CompletionsUsage>))]
[JsonSerializable(typeof(UsagePage<EmbeddingsUsage>))]
[JsonSerializable(typeof(UsagePage<VideosUsage>))]
[JsonSerializable(typeof(UsagePage<CostResult>))]
[JsonSerializable(typeof(ListPage<ProjectApiKey>))]
[JsonSerializable(typeof(ListPage<ProjectRateLimit>))]
[JsonSerializable(typeof(SpendLimit))]
[JsonSerializable(typeof(DeletedSpendLimit))]
[JsonSerializable(typeof(DeletedApiKey))]
[JsonSerializable(typeof(ProjectWebhook))]
[JsonSerializable(typeof(ListPage<ProjectWebhook>))]
[JsonSerializable(typeof(DeletedWebhook))]
[JsonSerializable(typeof(VideoResource))]
[JsonSerializable(typeof(ListPage<VideoResource>))]
[JsonSerializable(typeof(DeletedVideo))]
[JsonSerializable(typeof(VideoProgress))]
[JsonSerializable(typeof(VideoProvenance))]
[JsonSerializable(typeof(System.Text.Json.Nodes.JsonObject))]
[JsonSerializable(typeof(ListPage<OrganizationModel>))]
[JsonSerializable(typeof(ListPage<OrganizationModelPull>))]
[JsonSerializable(typeof(DeletedModel))]
public sealed partial class WireJson : JsonSerializerContext
{
    public static WireJson Wire { get; } = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
