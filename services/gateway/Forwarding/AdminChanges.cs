using AlgoStack.ServiceDefaults.Tokens;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;

namespace AlgoStack.Gateway.Forwarding;

/// <summary>
/// Changes that demand <c>admin</c>: of the gateway's own endpoints as they say, of a service's as its table of scopes has it, which a test
/// compares.
/// </summary>
internal static class AdminChanges
{
    private static readonly (string? Service, string Path)[] Beginnings =
        [(null, "/store"), (Routes.Ingestion, "/archives"), (Routes.BrokerRouting, "/corporate-actions")];

    private const string Limits = "/limits";

    public static bool IsOne(HttpContext context)
    {
        var metadata = context.GetEndpoint()!.Metadata;
        if (metadata.GetMetadata<Route>() is { } route) return IsOne(route.Service, route.PathOf(context.Request.Path));

        return metadata.OfType<AuthorizationPolicy>().SelectMany(p => p.Requirements).OfType<ClaimsAuthorizationRequirement>()
            .Any(r => r.ClaimType == TokenClaims.Scope && r.AllowedValues!.Contains(TokenScopes.Admin, StringComparer.Ordinal));
    }

    /// <param name="path">Of what changes something, as the service knows it.</param>
    public static bool IsOne(string service, PathString path) =>
        Beginnings.Any(b => (b.Service ?? service) == service && path.StartsWithSegments(b.Path, StringComparison.OrdinalIgnoreCase))
        || (service == Routes.BrokerRouting && path.Value!.TrimEnd('/').EndsWith(Limits, StringComparison.OrdinalIgnoreCase));
}
