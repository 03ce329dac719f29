using Platform.Gateway.Auth;
using Platform.Gateway.Organization.Models;
using Platform.Grains.Keys;

namespace Platform.Gateway.Organization;

/// <summary><c>/v1/organization</c>, for admin keys.</summary>
internal static class OrganizationApi
{
    public static void MapOrganization(this IEndpointRouteBuilder app)
    {
        var organization = app.MapGroup("/v1/organization").RequireKey(KeyScope.Admin);
        organization.MapUsage();
        organization.MapCosts();
        organization.MapOrganizationModels();
        var project = organization.MapGroup("/projects/{project:regex(^[A-Za-z0-9_-]{{1,64}}$)}");
        project.MapApiKeys();
        project.MapRateLimits();
        project.MapSpendLimits();
        project.MapWebhooks();
    }
}
