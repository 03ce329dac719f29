using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.OpenAi.Models;
using Platform.OpenAi.Organization;

namespace Platform.OpenAi.Json;

/// <summary>The wire types that are no hot path: snake case, nulls written, non-ASCII as it is.</summary>
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(UsagePage<CompletionsUsage>))]
[JsonSerializable(typeof(UsagePage<EmbeddingsUsage>))]
[JsonSerializable(typeof(UsagePage<CostResult>))]
[JsonSerializable(typeof(ListPage<ProjectApiKey>))]
[JsonSerializable(typeof(ListPage<ProjectRateLimit>))]
[JsonSerializable(typeof(DeletedApiKey))]
public sealed partial class WireJson : JsonSerializerContext
{
    public static WireJson Wire { get; } = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
