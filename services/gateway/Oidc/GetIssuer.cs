namespace AlgoStack.Gateway.Oidc;

/// <summary><c>GET /auth/oidc</c>: who says who somebody is, for a page that asks people to sign in.</summary>
internal static class GetIssuer
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet(OidcServices.Path, (ConfiguredIssuer configured, HttpContext context) =>
        {
            context.Response.Headers.CacheControl = "private, max-age=60";
            return new IssuerOfUsers(configured.Issuer?.Host);
        })
        .AllowAnonymous();
}

/// <param name="Host">Null where it is the gateway, by name and password; else of another issuer, whom <c>/auth/oidc/begin</c> leads to.</param>
internal sealed record IssuerOfUsers(string? Host);
