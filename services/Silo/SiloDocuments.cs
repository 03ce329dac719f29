using System.Text.Json.Serialization;
using Marten;
using Marten.Services;
using Platform.Silo.Keys;
using Platform.Silo.Quotas;

namespace Platform.Silo;

/// <summary>The documents that grains keep in Marten, and their JSON, generated at compile time.</summary>
[JsonSerializable(typeof(ApiKeyRecord))]
[JsonSerializable(typeof(ProjectLimits))]
internal sealed partial class SiloDocuments : JsonSerializerContext
{
    public static void Register(StoreOptions options)
    {
        options.Schema.For<ApiKeyRecord>().Identity(r => r.Id).DocumentAlias("api_key");
        options.Schema.For<ProjectLimits>().Identity(p => p.Id).DocumentAlias("project_limits");
        if (options.Serializer() is SystemTextJsonSerializer serializer) serializer.Configure(o => o.TypeInfoResolverChain.Add(Default));
    }
}
