namespace AlgoStack.Gateway.Tokens;

/// <summary><c>GET /.well-known/jwks.json</c>: what tokens of this issuer are checked with.</summary>
internal static class GetKeys
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/.well-known/jwks.json", (SigningKeys keys, CancellationToken cancellationToken) => keys.PublishedAsync(cancellationToken))
        .AllowAnonymous();
}
