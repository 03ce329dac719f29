using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Platform.Catalog;

public static class CatalogRegistration
{
    /// <summary>Adds <see cref="ModelCatalog"/> from the section <c>Platform:Catalog</c>; the host does not start with a broken catalogue.</summary>
    public static IHostApplicationBuilder AddCatalog(this IHostApplicationBuilder builder)
    {
        builder.Services.AddCatalog(builder.Configuration.GetSection(CatalogOptions.Section).Get<CatalogOptions>() ?? new CatalogOptions());
        return builder;
    }

    public static IServiceCollection AddCatalog(this IServiceCollection services, CatalogOptions options) => services
        .AddSingleton(options)
        .AddSingleton<ModelCatalog>()
        .AddSingleton<Operators.OperatorFile>()
        .AddHostedService<CatalogWatch>();
}
