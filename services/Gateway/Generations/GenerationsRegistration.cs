namespace Platform.Gateway.Generations;

internal static class GenerationsRegistration
{
    public static void AddGenerations(this IServiceCollection services)
    {
        services.AddOptions<GenerationOptions>().BindConfiguration(GenerationOptions.Section)
            .Validate(options => options.Timeout > TimeSpan.Zero, $"{GenerationOptions.Section}:Timeout must be more than nothing")
            .Validate(options => options.Silence > TimeSpan.Zero, $"{GenerationOptions.Section}:Silence must be more than nothing")
            .ValidateOnStart();
        services.AddSingleton<ServedModels>();
        services.AddSingleton<LiveGenerations>();
        services.AddSingleton<Adoption>();
        services.AddSingleton<Settlement>();
        services.AddSingleton<GenerationRoad>();
        services.AddHostedService<ReservationKeeper>();
    }
}
