using Platform.Gateway.Errors;

namespace Platform.Gateway.Draining;

internal static class DrainRegistration
{
    public static void AddDraining(this IServiceCollection services)
    {
        services.AddOptions<DrainOptions>().BindConfiguration(DrainOptions.Section)
            .Validate(options => options.DrainSeconds is >= 0 and <= 300, $"{DrainOptions.Section}:DrainSeconds must be 0 to 300.").ValidateOnStart();
        services.AddHostedService<Drain>();
    }

    /// <summary>While the process stops: no connection is kept, and what would begin new work is sent elsewhere.</summary>
    public static void UseDraining(this IApplicationBuilder app)
    {
        var stopping = app.ApplicationServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        app.Use(next => http =>
        {
            if (!stopping.IsCancellationRequested) return next(http);
            http.Response.Headers.Connection = "close";
            return HttpMethods.IsPost(http.Request.Method) && http.Request.Path.StartsWithSegments("/v1") ? Drain.Stopping.Write(http) : next(http);
        });
    }
}
