using Platform.Catalog;
using Platform.Catalog.Hub;
using Platform.Catalog.Memory;
using Platform.Catalog.Operators;
using Platform.Gateway.Errors;
using Platform.Gateway.Requests;
using Platform.Grains.Pools;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Json;
using Platform.OpenAi.Organization;

namespace Platform.Gateway.Organization.Models;

/// <summary><c>/v1/organization/models</c> and <c>/v1/organization/model_pulls</c>: what <c>platform models</c> does, for the console. OpenAI's API has nothing like it.</summary>
internal static class OrganizationModelsEndpoint
{
    public static IServiceCollection AddOrganizationModels(this IServiceCollection services)
    {
        services.AddOptions<HubOptions>().BindConfiguration(HubOptions.Section);
        services.AddSingleton<ModelPulls>();
        return services.AddHostedService(provider => provider.GetRequiredService<ModelPulls>());
    }

    public static void MapOrganizationModels(this IEndpointRouteBuilder organization)
    {
        organization.MapGet("/models", List).WithSummary("Lists the models with what their files tell.").Produces<ListPage<OrganizationModel>>();
        organization.MapPost("/models", Pull).WithSummary("Pulls a model from the hub; poll the pull it answers with.").Accepts<NewModelPull>("application/json").Produces<OrganizationModelPull>(StatusCodes.Status202Accepted);
        organization.MapGet("/models/{**model}", Get).WithSummary("One model, by id or alias, with its chat template.").Produces<OrganizationModel>();
        organization.MapDelete("/models/{**model}", Remove).WithSummary("Stops serving a model; the files of a pulled one are deleted.").Produces<DeletedModel>();
        organization.MapGet("/model_pulls", (ModelPulls pulls) => Results.Json(pulls.All.Page(null, int.MaxValue - 1, pull => pull.Id), WireJson.Wire.ListPageOrganizationModelPull)).WithSummary("Lists the pulls of this gateway.").Produces<ListPage<OrganizationModelPull>>();
        organization.MapGet("/model_pulls/{pull}", (string pull, ModelPulls pulls) => Answer(pull, pulls.Find(pull))).WithSummary("How far a pull is.").Produces<OrganizationModelPull>();
        organization.MapPost("/model_pulls/{pull}/cancel", async (string pull, ModelPulls pulls) => Answer(pull, await pulls.Cancel(pull))).WithSummary("Ends a pull; what has arrived is kept.").Produces<OrganizationModelPull>();
    }

    private static async Task<IResult> List(ModelCatalog catalog, CatalogOptions options, IGrainFactory grains)
    {
        var own = new OperatorFile(options);
        var models = await Task.WhenAll(catalog.Models.Select(model => Describe(catalog, own, model, grains, withTemplate: false)));
        return Results.Json(models.Page(null, int.MaxValue - 1, model => model.Id), WireJson.Wire.ListPageOrganizationModel);
    }

    private static async Task<IResult> Get(string model, ModelCatalog catalog, CatalogOptions options, IGrainFactory grains)
    {
        var id = Uri.UnescapeDataString(model);
        return catalog.Find(id) is { } found
            ? Results.Json(await Describe(catalog, new OperatorFile(options), found, grains, withTemplate: true), WireJson.Wire.OrganizationModel)
            : new Refusal(ApiError.ModelNotFound(id));
    }

    private static async Task<IResult> Pull(HttpContext http, ModelPulls pulls)
    {
        if (NewModelPull.Read(await RequestBody.Read(http)).Refused(out var error, out var asked)) return new Refusal(error);
        try
        {
            return pulls.Begin(PullRequest.Parse(asked.Repository, asked.Revision, asked.Id)) is { } pull
                ? Results.Json(pull, WireJson.Wire.OrganizationModelPull, statusCode: StatusCodes.Status202Accepted)
                : new Refusal(ApiError.RateLimited($"{ModelPulls.MostAtOnce} pulls run already. Please try again when one has ended.", TimeSpan.FromSeconds(30)));
        }
        catch (CatalogException refused)
        {
            return new Refusal(ApiError.Invalid(refused.Message, "repository", "invalid_value"));
        }
    }

    private static IResult Remove(string model, ModelCatalog catalog, CatalogOptions options)
    {
        var id = Uri.UnescapeDataString(model);
        if (catalog.Find(id) is null) return new Refusal(ApiError.ModelNotFound(id));
        try
        {
            return Results.Json(new DeletedModel { Id = id, BytesFreed = new OperatorFile(options).Remove(id) }, WireJson.Wire.DeletedModel);
        }
        catch (CatalogException refused)
        {
            return new Refusal(ApiError.Invalid(refused.Message, "model", "model_not_removable"));
        }
    }

    private static IResult Answer(string id, OrganizationModelPull? pull) =>
        pull is null ? new Refusal(ApiError.NotFound($"No such pull: {id}", "pull")) : Results.Json(pull, WireJson.Wire.OrganizationModelPull);

    private static async Task<OrganizationModel> Describe(ModelCatalog catalog, OperatorFile own, CatalogModel model, IGrainFactory grains, bool withTemplate)
    {
        var details = ModelDetails.Read(catalog, model);
        var pool = await grains.GetGrain<IPool>(model.Id).Read();
        return new OrganizationModel
        {
            Id = model.Id,
            Created = model.Created,
            OwnedBy = model.Owner,
            Aliases = model.Aliases,
            Kind = model.Kind.ToString().ToLowerInvariant(),
            Engine = model.Engine,
            Family = details.Family,
            License = model.License,
            Source = model.Source,
            ContextLength = model.ContextLength,
            Slots = model.Slots,
            Bytes = details.Bytes,
            Quantization = details.Quantization,
            Parameters = details.Parameters,
            MemoryBytes = details.Memory?.Total,
            ChatTemplate = withTemplate ? details.Template : null,
            Workers = pool.Workers.Count,
            LoadedWorkers = pool.Workers.Count(worker => worker.Loaded),
            Removable = own.Has(model.Id),
            Prices = new ModelPrices(model.Prices.Input, model.Prices.CachedInput, model.Prices.Output),
        };
    }
}
