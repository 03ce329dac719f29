using Platform.Gateway.Auth;
using Platform.Gateway.Embeddings;
using Platform.Gateway.Errors;
using Platform.Gateway.Generations;
using Platform.Gateway.Requests;
using Platform.Grains.Keys;
using Platform.OpenAi.Embeddings;
using Platform.OpenAi.Rerank;

namespace Platform.Gateway.Rerank;

/// <summary><c>POST /v1/rerank</c>: embeds the query and the documents and sorts these by cosine similarity; a document that is too long is cut.</summary>
internal sealed class RerankEndpoint(Callers callers, ServedModels models, EmbeddingRoad road)
{
    public async Task Rerank(HttpContext http)
    {
        if ((await callers.Find(http, KeyScope.Project)).Refused(out var error, out var caller))
        {
            await error.Write(http);
            return;
        }

        var body = await RequestBody.Read(http);
        if (RerankRequestReader.Read(body).Refused(out error, out var request) || models.FindEmbedding(request.Model).Refused(out error, out var model))
        {
            await error.Write(http);
            return;
        }

        var wanted = new EmbeddingRequest
        {
            IdPrefix = "rerank-", Kind = "rerank", Model = model, RequestedModel = request.Model, Caller = caller, User = request.User ?? "", Truncate = true,
            Inputs = new EmbeddingInputs([request.Query, .. request.Documents], [], ["query", .. request.Documents.Select((_, i) => $"documents[{i}]")]),
        };
        if (await road.Run(http, wanted) is not { } embedding) return;
        http.Response.ContentType = "application/json";
        RerankBody.Write(http.Response.BodyWriter, embedding.Id, model.Id, Ranked(embedding.Vectors, request.TopN), request.ReturnDocuments ? request.Documents : null, embedding.Vectors.PromptTokens);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    /// <summary>Documents that are equally near stay in their order.</summary>
    private static IReadOnlyList<RankedDocument> Ranked(CollectedVectors made, int topN)
    {
        var query = made.Vectors.AsMemory(0, made.Dimensions);
        return
        [
            .. Enumerable.Range(1, (made.Vectors.Length / made.Dimensions) - 1)
                .Select(input => new RankedDocument(input - 1, Cosine(query.Span, made.Vectors.AsSpan(input * made.Dimensions, made.Dimensions))))
                .OrderByDescending(document => document.Score).Take(topN),
        ];
    }

    /// <summary>Of vectors of unit length.</summary>
    private static float Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += (double)a[i] * b[i];
        return (float)sum;
    }
}
