namespace Platform.Silo.Quotas;

internal static class QuotaRegistration
{
    public static IServiceCollection AddQuotas(this IServiceCollection services)
    {
        services.AddOptions<QuotaOptions>().BindConfiguration("Platform:Quota")
            .Validate(o => o.RequestsPerMinute is null or >= 1, "Platform:Quota:RequestsPerMinute must be at least 1, or absent for unlimited")
            .Validate(o => o.TokensPerMinute is null or >= 1, "Platform:Quota:TokensPerMinute must be at least 1, or absent for unlimited")
            .ValidateOnStart();
        return services;
    }
}
