using Platform.Catalog;
using Platform.Gateway.Auth;
using Platform.Gateway.Errors;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Json;
using Platform.OpenAi.Models;

namespace Platform.Gateway.Models;

/// <summary><c>GET /v1/models</c> and <c>GET /v1/models/{id}</c>.</summary>
internal static class ModelsEndpoint
{
    private static readonly string[] Reads = ["GET", "HEAD"];

    public static void MapModels(this IEndpointRouteBuilder app)
    {
        app.MapMethods("/v1/models", Reads, (ModelCatalog catalog) => Results.Json(new ModelList { Data = [.. catalog.Models.Select(Describe)] }, WireJson.Wire.ModelList, "application/json"))
            .RequireKey(null).WithSummary("Lists the models.").Produces<ModelList>();

        // an id may hold slashes, plain or as %2F
        app.MapMethods("/v1/models/{**model}", Reads, (ModelCatalog catalog, string model) => Find(catalog, Uri.UnescapeDataString(model)))
            .RequireKey(null).WithSummary("One model, by id or alias.").Produces<ModelObject>();

        // only fine-tuned models are their project's own to delete, and there are none
        app.MapDelete("/v1/models/{**model:minlength(1)}", (ModelCatalog catalog, string model) => Uri.UnescapeDataString(model) is var id && catalog.Find(id) is null
                ? new Refusal(ApiError.ModelNotFound(id))
                : new Refusal(new ApiError(403, $"The model '{id}' is not a fine-tuned model: it can't be deleted through this endpoint.", "invalid_request_error", "model")))
            .RequireKey(null).WithSummary("Refuses to delete a model of the platform.");
    }

    private static IResult Find(ModelCatalog catalog, string id) =>
        catalog.Find(id) is { } found ? Results.Json(Describe(found), WireJson.Wire.ModelObject, "application/json") : new Refusal(ApiError.ModelNotFound(id));

    private static ModelObject Describe(CatalogModel model) => new() { Id = model.Id, Created = model.Created, OwnedBy = model.Owner };
}
