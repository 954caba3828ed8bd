using AlgoStack.Gateway.Audit;
using AlgoStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace AlgoStack.Gateway.Oidc;

/// <summary>Another issuer in the place of names and passwords here. The tokens that services check stay the gateway's own.</summary>
internal static class OidcServices
{
    public const string Path = "/auth/oidc";

    private const int MostBodyBytes = 32 * 1024;
    private const int MostAnswerBytes = 256 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static void AddOidc(this WebApplicationBuilder builder)
    {
        var settings = OidcSettings.Read(builder.Configuration);
        builder.Services.AddSingleton(services => new ConfiguredIssuer(settings is null ? null : ActivatorUtilities.CreateInstance<OidcIssuer>(services, settings)));
        builder.Services
            .AddHttpClient(OidcIssuer.Client, client => (client.Timeout, client.MaxResponseContentBufferSize) = (Patience, MostAnswerBytes))
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        builder.Services.AddSingleton<IssuerUsers>();
        builder.Services.AddSingleton<EndSignIn>();
        builder.Services.AddSingleton<TakeIssuersToken>();
    }

    public static void MapOidc(this IEndpointRouteBuilder routes)
    {
        var oidc = routes.MapGroup("").WithMetadata(new RequestSizeLimitAttribute(MostBodyBytes), new AuditsItself());
        GetIssuer.Map(oidc);
        BeginSignIn.Map(oidc);
        EndSignIn.Map(oidc);
        TakeIssuersToken.Map(oidc);
    }

    /// <summary>Lets nobody in by names and passwords of ours while another issuer says who somebody is: 403 <c>sign_in_elsewhere</c>.</summary>
    public static RouteHandlerBuilder ShutByIssuer(this RouteHandlerBuilder endpoint) => endpoint
        .AddEndpointFilter(async (context, next) => context.HttpContext.RequestServices.GetRequiredService<ConfiguredIssuer>().Issuer is { } issuer
            ? Problem.Of(StatusCodes.Status403Forbidden, "sign_in_elsewhere", $"Who somebody is, {issuer.Host} says: sign in there.")
            : await next(context))
        .ProducesProblem(StatusCodes.Status403Forbidden);

    public static ProblemHttpResult None() =>
        Problem.NotFound("issuer_none", "No other issuer is configured: sign in with a name and a password.");
}

/// <param name="Issuer">Null where the gateway itself says who somebody is.</param>
internal sealed record ConfiguredIssuer(OidcIssuer? Issuer);
