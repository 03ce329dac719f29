using Platform.Gateway.Auth;
using Platform.Gateway.Embeddings;
using Platform.Gateway.Errors;
using Platform.Gateway.Generations;
using Platform.Gateway.Requests;
using Platform.Grains.Keys;
using Platform.OpenAi.Embeddings;
using Platform.OpenAi.Rerank;

namespace Platform.Gateway.Rerank;

/// <summary><c>POST /v1/rerank</c>: sorts documents by what a ranking model makes of each with the query, or by the cosine similarity of their vectors; a document that is too long is cut.</summary>
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
        if (RerankRequestReader.Read(body).Refused(out error, out var request) || models.FindRanking(request.Model).Refused(out error, out var model))
        {
            await error.Write(http);
            return;
        }

        IReadOnlyList<string> names = [.. request.Documents.Select((_, i) => $"documents[{i}]")];
        var wanted = new EmbeddingRequest
        {
            IdPrefix = "rerank-", Kind = "rerank", Model = model, RequestedModel = request.Model, Caller = caller, User = request.User ?? "", Truncate = true,
            Query = model.Ranks ? request.Query : null,
            Inputs = model.Ranks ? new EmbeddingInputs(request.Documents, [], names) : new EmbeddingInputs([request.Query, .. request.Documents], [], ["query", .. names]),
        };
        if (await road.Run(http, wanted) is not { } embedding) return;
        var ranked = Ranked(model.Ranks ? Likelihoods(embedding.Vectors, request.RawScores) : Similarities(embedding.Vectors), request.TopN);
        var documents = request.ReturnDocuments ? request.Documents : null;
        http.Response.ContentType = "application/json";
        if (request.Bare) RerankBody.WriteBare(http.Response.BodyWriter, ranked, documents);
        else RerankBody.Write(http.Response.BodyWriter, embedding.Id, model.Id, ranked, documents, embedding.Vectors.PromptTokens);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    /// <summary>The best first; documents that are equally good stay in their order.</summary>
    private static IReadOnlyList<RankedDocument> Ranked(IEnumerable<float> scores, int topN) => [.. scores.Select((score, i) => new RankedDocument(i, score)).OrderByDescending(document => document.Score).Take(topN)];

    /// <summary>What the classifier says of each document.</summary>
    /// <param name="raw">Else, as others tell it, between 0 and 1.</param>
    private static IEnumerable<float> Likelihoods(CollectedVectors made, bool raw) => made.Vectors.Chunk(made.Dimensions).Select(said => raw ? said[0] : 1 / (1 + MathF.Exp(-said[0])));

    /// <summary>Of each document to the query, which stands before them.</summary>
    private static IEnumerable<float> Similarities(CollectedVectors made)
    {
        var vectors = made.Vectors.Chunk(made.Dimensions).ToList();
        return vectors.Skip(1).Select(document => Cosine(vectors[0], document));
    }

    /// <summary>Of vectors of unit length.</summary>
    private static float Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += (double)a[i] * b[i];
        return (float)sum;
    }
}
