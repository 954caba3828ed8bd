using System.Security.Claims;
using AlgoStack.Gateway.Sessions;
using AlgoStack.ServiceDefaults.Tokens;

namespace AlgoStack.Gateway.Tokens;

/// <summary>Whether what a token was had for still stands. Only here is that known before the token expires.</summary>
internal static class TokenOrigin
{
    public static async Task<bool> HasEndedAsync(HttpContext context, ClaimsPrincipal principal) =>
        !Guid.TryParse(principal.FindFirstValue(TokenClaims.Session), out var session)
        || !await context.RequestServices.GetRequiredService<SessionTable>().IsOpenAsync(session, context.RequestAborted);
}
