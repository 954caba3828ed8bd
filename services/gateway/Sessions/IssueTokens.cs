using AlgoStack.Gateway.Tokens;
using AlgoStack.Gateway.Users;
using AlgoStack.ServiceDefaults.Tokens;

namespace AlgoStack.Gateway.Sessions;

/// <summary>What a session is answered when it begins and whenever it goes on.</summary>
internal sealed class IssueTokens(AccessTokens tokens)
{
    /// <param name="cookies">Whether the tokens go into cookies and not into the answer.</param>
    public async Task<SessionTokens> ToAsync(HttpContext context, Session session, bool cookies)
    {
        var scopes = Roles.ScopesOf(session.Role);
        var access = await tokens.IssueAsync(session.UserId, session.Role, scopes, TokenClaims.Session, session.Id, context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        if (cookies) SessionCookies.Set(context, access, session.RefreshToken);
        return new SessionTokens(
            session.Id, session.UserId, session.Role.Name(), scopes, access.ExpiresAt, cookies ? null : access.Text, cookies ? null : session.RefreshToken);
    }
}

/// <param name="ExpiresAt">Of the access token; before it the session is to be refreshed.</param>
/// <param name="AccessToken">For <c>Authorization: Bearer</c>. Null where it is in a cookie.</param>
/// <param name="RefreshToken">For <c>POST /auth/refresh</c>, once. Null where it is in a cookie.</param>
internal sealed record SessionTokens(
    Guid SessionId, Guid UserId, string Role, IReadOnlyList<string> Scopes, DateTimeOffset ExpiresAt, string? AccessToken, string? RefreshToken);
