using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace Platform.Clustering;

internal static class DatabaseExceptions
{
    /// <summary>What a grain throws because the database is away reaches its caller as that, and so is known to pass.</summary>
    public static void AddDatabaseExceptions(this IServiceCollection services) => services.Configure<ExceptionSerializationOptions>(options =>
    {
        foreach (var space in (string[])["Npgsql", "Marten", "JasperFx"]) options.SupportedNamespacePrefixes.Add(space);
    });
}
