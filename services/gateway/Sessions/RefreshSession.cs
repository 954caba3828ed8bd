using AlgoStack.Gateway.Bans;
using AlgoStack.Gateway.Limits;
using AlgoStack.Gateway.Maintenance;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.ServiceDefaults.Tokens;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Gateway.Sessions;

/// <summary>
/// <c>POST /auth/refresh</c>: goes on with a session, with the rights that its user has now. The refresh token is that of the body, or
/// without one that of the cookie, and the answer goes the same way. Each is good once: 401 <c>refresh_token_reused</c> ends
/// the session. Of one session five in five minutes are taken; what is over that leaves the token good.
/// </summary>
internal sealed partial class RefreshSession(
    SessionTable sessions, IssueTokens tokens, RateLimits limits, LimitRequests limiter, FailedAddresses failures, ILogger<RefreshSession> logger)
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/auth/refresh", (GivenRefreshToken? given, RefreshSession refresh, HttpContext context) => refresh.HandleAsync(given, context))
        .AllowAnonymous()
        .WithMetadata(GoesOn.Always)
        .ProducesProblem(StatusCodes.Status401Unauthorized)
        .ProducesProblem(StatusCodes.Status403Forbidden)
        .ProducesProblem(StatusCodes.Status429TooManyRequests);

    private async Task<Results<Ok<SessionTokens>, ProblemHttpResult>> HandleAsync(GivenRefreshToken? given, HttpContext context)
    {
        var cookie = given is null ? context.Request.Cookies[SessionCookies.Refresh] : null;
        if (cookie is not null && !CrossSite.IsOwn(context.Request))
            return Problem.Of(StatusCodes.Status403Forbidden, CrossSite.Code, CrossSite.Detail);

        if ((given?.RefreshToken ?? cookie) is not { } token) return Refuse(RefreshRefusal.Unknown);

        if (await sessions.FindOfTokenAsync(token, context.RequestAborted) is { } known
            && await limiter.TakeAsync(context, limits.OfRefresh(context, known)) is { } tooMany)
        {
            return tooMany;
        }

        var refreshed = await sessions.RefreshAsync(token, context);
        if (refreshed.Session is { } session) return TypedResults.Ok(await tokens.ToAsync(context, session, cookie is not null));

        if (refreshed.Refusal == RefreshRefusal.Reused) LogReused(refreshed.Ended?.SessionId);
        if (refreshed.Refusal != RefreshRefusal.Ended) await failures.CountAsync(context);
        if (cookie is not null) SessionCookies.Clear(context);
        return Refuse(refreshed.Refusal);
    }

    private static ProblemHttpResult Refuse(RefreshRefusal? refusal) => refusal switch
    {
        RefreshRefusal.Reused => Refuse("refresh_token_reused", "The refresh token was used before: somebody may have copied it, and the session has ended."),
        RefreshRefusal.Ended => Refuse("session_ended", "The session has ended; sign in again."),
        _ => Refuse("refresh_token_invalid", "Expected a refresh token of a session, in the body or in the cookie."),
    };

    private static ProblemHttpResult Refuse(string code, string detail) => Problem.Of(StatusCodes.Status401Unauthorized, code, detail);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A refresh token of session {SessionId} came a second time; the session is revoked.")]
    private partial void LogReused(Guid? sessionId);
}

internal sealed record GivenRefreshToken(string RefreshToken);
