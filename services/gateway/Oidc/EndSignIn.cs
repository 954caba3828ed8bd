using AlgoStack.Gateway.Sessions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace AlgoStack.Gateway.Oidc;

/// <summary>
/// <c>GET /auth/oidc/callback</c>: where the issuer sends a browser back to. It begins a session, in cookies, and leads to the console: behind the
/// <c>#</c> is that somebody is signed in, or the code of why nobody is.
/// </summary>
internal sealed partial class EndSignIn(
    ConfiguredIssuer configured, IssuerUsers users, SessionTable sessions, IssueTokens tokens, ILogger<EndSignIn> logger)
{
    public const string Path = $"{OidcServices.Path}/callback";

    private const string Console = "/console/";

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet(Path, ([AsParameters] IssuerAnswer answer, EndSignIn end, HttpContext context) => end.HandleAsync(answer, context))
        .AllowAnonymous()
        .Produces(StatusCodes.Status302Found)
        .ProducesProblem(StatusCodes.Status404NotFound);

    /// <summary>Leads to the console, which says why nobody was let in. Who runs it is told more, in the log.</summary>
    public static RedirectHttpResult Refuse(IssuerRefusedException refused, HttpContext context)
    {
        LogRefused(context.RequestServices.GetRequiredService<ILogger<EndSignIn>>(), refused, refused.Code);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Redirect($"{Console}#refused={refused.Code}");
    }

    private async Task<Results<RedirectHttpResult, ProblemHttpResult>> HandleAsync(IssuerAnswer answer, HttpContext context)
    {
        if (configured.Issuer is not { } issuer) return OidcServices.None();

        try
        {
            var attempt = BeginSignIn.Take(context, answer.State)
                ?? throw new IssuerRefusedException("sign_in_unknown", "The browser has begun no such sign-in, or took too long.");
            // RFC 9207: an answer of somebody else's, where it says whose it is.
            if (answer.Iss is { } who && !issuer.Is(who))
                throw new IssuerRefusedException("issuer_invalid", "The answer is of another issuer.");
            if (answer.Code is not { Length: > 0 } code)
                throw new IssuerRefusedException("issuer_refused", "The issuer has let nobody in.");

            var person = await issuer.RedeemAsync(code, attempt, BeginSignIn.Callback(context.Request), context.RequestAborted);
            var session = await sessions.BeginAsync(await users.TakeInAsync(person, context), null, context);
            LogBegun(session.UserId, session.Id);
            await tokens.ToAsync(context, session, cookies: true);
            return TypedResults.Redirect($"{Console}#signed-in");
        }
        catch (IssuerRefusedException refused)
        {
            return Refuse(refused, context);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "User {UserId} signed in with the issuer, session {SessionId}.")]
    private partial void LogBegun(Guid userId, Guid sessionId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Nobody was let in with the issuer: {Code}.")]
    private static partial void LogRefused(ILogger logger, Exception why, string code);
}

/// <summary>What the issuer sends along (RFC 6749, 4.1.2; RFC 9207). What it calls an error is for its own pages: without a code nobody is let in.</summary>
internal sealed record IssuerAnswer(
    [FromQuery(Name = "code")] string? Code, [FromQuery(Name = "state")] string? State, [FromQuery(Name = "iss")] string? Iss);
