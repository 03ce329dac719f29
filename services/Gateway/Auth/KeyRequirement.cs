using Platform.Gateway.Errors;
using Platform.Grains.Keys;

namespace Platform.Gateway.Auth;

internal static class KeyRequirement
{
    /// <param name="scope">What the key must be for; null: any key will do.</param>
    public static TBuilder RequireKey<TBuilder>(this TBuilder endpoints, KeyScope? scope) where TBuilder : IEndpointConventionBuilder =>
        endpoints.AddEndpointFilter(async (context, next) =>
        {
            var callers = context.HttpContext.RequestServices.GetRequiredService<Callers>();
            return (await callers.Find(context.HttpContext, scope)).Refused(out var error, out _) ? new Refusal(error) : await next(context);
        });
}
