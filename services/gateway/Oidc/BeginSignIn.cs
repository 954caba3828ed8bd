using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Gateway.Oidc;

/// <summary><c>GET /auth/oidc/begin</c>: leads a browser to the issuer, which sends it back to <c>/auth/oidc/callback</c>.</summary>
internal static class BeginSignIn
{
    public const string Path = $"{OidcServices.Path}/begin";

    private const string Cookie = "algostack-sign-in";

    /// <summary>How long somebody may take at the issuer's.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet(Path, HandleAsync)
        .AllowAnonymous()
        .Produces(StatusCodes.Status302Found)
        .ProducesProblem(StatusCodes.Status404NotFound);

    /// <summary>The address that the issuer is to know: this gateway's, as the browser has it.</summary>
    public static string Callback(HttpRequest request) => $"{request.Scheme}://{request.Host}{EndSignIn.Path}";

    /// <summary>The attempt that this browser has begun, which ends here. Null: none of this state, or too long ago.</summary>
    public static SignInAttempt? Take(HttpContext context, string? state)
    {
        if (context.Request.Cookies[Cookie] is not { Length: > 0 } secret) return null;

        // Another tab may have begun one since, which goes on.
        var attempt = new SignInAttempt(secret);
        if (attempt.State != state) return null;

        context.Response.Cookies.Delete(Cookie, Options(context.Request, null));
        return attempt;
    }

    private static async Task<Results<RedirectHttpResult, ProblemHttpResult>> HandleAsync(ConfiguredIssuer configured, HttpContext context)
    {
        if (configured.Issuer is not { } issuer) return OidcServices.None();

        var attempt = SignInAttempt.New();
        try
        {
            var address = await issuer.AddressAsync(attempt, Callback(context.Request), context.RequestAborted);
            context.Response.Cookies.Append(Cookie, attempt.Secret, Options(context.Request, Longest));
            context.Response.Headers.CacheControl = "no-store";
            return TypedResults.Redirect(address);
        }
        catch (IssuerRefusedException refused)
        {
            return EndSignIn.Refuse(refused, context);
        }
    }

    // Lax: it is another site that sends the browser back.
    private static CookieOptions Options(HttpRequest request, TimeSpan? age) => new()
    {
        HttpOnly = true,
        MaxAge = age,
        Path = OidcServices.Path,
        SameSite = SameSiteMode.Lax,
        Secure = request.IsHttps,
    };
}
