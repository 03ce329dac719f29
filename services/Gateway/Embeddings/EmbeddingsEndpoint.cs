using Platform.Catalog;
using Platform.Gateway.Auth;
using Platform.Gateway.Errors;
using Platform.Gateway.Generations;
using Platform.Gateway.Requests;
using Platform.Grains.Keys;
using Platform.OpenAi.Embeddings;
using Platform.OpenAi.Errors;

namespace Platform.Gateway.Embeddings;

/// <summary><c>POST /v1/embeddings</c>: authenticate, validate, then the road of embeddings.</summary>
internal sealed class EmbeddingsEndpoint(Callers callers, ServedModels models, EmbeddingRoad road)
{
    public async Task Embed(HttpContext http)
    {
        if ((await callers.Find(http, KeyScope.Project)).Refused(out var error, out var caller))
        {
            await error.Write(http);
            return;
        }

        var body = await RequestBody.Read(http);
        if (EmbeddingsRequestReader.Read(body).Refused(out error, out var request) || Model(request).Refused(out error, out var model))
        {
            await error.Write(http);
            return;
        }

        var wanted = new EmbeddingRequest
        {
            IdPrefix = "embd-", Kind = "embedding", Model = model, RequestedModel = request.Model, Caller = caller, Inputs = request.Inputs, User = request.User ?? "",
        };
        if (await road.Run(http, wanted) is not { Vectors: var made }) return;
        var dimensions = request.Dimensions ?? made.Dimensions;
        var vectors = dimensions < made.Dimensions ? ShorterVectors.Of(made.Vectors, made.Dimensions, dimensions) : made.Vectors;
        http.Response.ContentType = "application/json";
        http.Response.Headers["openai-model"] = model.Id;
        EmbeddingsBody.Write(http.Response.BodyWriter, model.Id, vectors, dimensions, request.Base64, made.PromptTokens);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    private ApiResult<ServedModel> Model(EmbeddingsRequest request)
    {
        if (models.FindEmbedding(request.Model).Refused(out var error, out var model)) return error;
        if (request.Dimensions is not { } dimensions || model.Entry.Embedding?.Dimensions == dimensions) return model;
        if (model.Entry.Embedding is not { Shortens: true, Dimensions: var most }) return ApiError.Invalid("This model does not support specifying dimensions.", "dimensions", "unsupported_value");
        return dimensions > most ? ApiError.Invalid($"Invalid value for 'dimensions' = {dimensions}. Must be less than or equal to {most}.", "dimensions", "invalid_value") : model;
    }
}
