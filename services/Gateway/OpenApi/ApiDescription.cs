using Microsoft.OpenApi;

namespace Platform.Gateway.OpenApi;

/// <summary><c>/openapi.json</c>: what this server can do, for tools.</summary>
internal static class ApiDescription
{
    public static void AddApiDescription(this IServiceCollection services) =>
        services.AddOpenApi("v1", options => options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo { Title = "Platform", Version = "1", Description = "OpenAI-compatible API over open models." };
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme> { ["bearer"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer" } };
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("bearer", document)] = [] }];
            return Task.CompletedTask;
        }));

    public static void MapApiDescription(this IEndpointRouteBuilder app) => app.MapOpenApi("/openapi.json");
}
