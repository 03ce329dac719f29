using Platform.Gateway.Rerank;

namespace Platform.Gateway.Embeddings;

internal static class EmbeddingsRegistration
{
    /// <summary>Needs the generations' models and options.</summary>
    public static void AddEmbeddings(this IServiceCollection services)
    {
        services.AddSingleton<EmbeddingInbox>();
        services.AddHostedService(provider => provider.GetRequiredService<EmbeddingInbox>());
        services.AddSingleton<LiveEmbeddings>();
        services.AddSingleton<EmbeddingRoad>();
        services.AddSingleton<EmbeddingsEndpoint>();
        services.AddSingleton<RerankEndpoint>();
    }

    public static void MapEmbeddings(this IEndpointRouteBuilder app)
    {
        var embeddings = app.ServiceProvider.GetRequiredService<EmbeddingsEndpoint>();
        app.MapPost("/v1/embeddings", (Delegate)embeddings.Embed).WithSummary("Makes a vector of each text.").AddOpenApiOperationTransformer(EmbeddingsDescription.DescribeEmbeddings);

        var rerank = app.ServiceProvider.GetRequiredService<RerankEndpoint>();
        app.MapPost("/v1/rerank", (Delegate)rerank.Rerank).WithSummary("Sorts documents by how near they are to a query.").AddOpenApiOperationTransformer(EmbeddingsDescription.DescribeRerank);
        app.MapPost("/v2/rerank", (Delegate)rerank.Rerank).ExcludeFromDescription();
    }
}
