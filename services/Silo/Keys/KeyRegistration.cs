namespace Platform.Silo.Keys;

internal static class KeyRegistration
{
    public static IServiceCollection AddApiKeys(this IServiceCollection services)
    {
        services.AddOptions<BootstrapOptions>().BindConfiguration("Platform:Bootstrap");
        return services.AddHostedService<BootstrapKeys>();
    }
}
