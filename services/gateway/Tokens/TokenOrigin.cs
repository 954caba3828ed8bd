using System.Security.Claims;
using AlgoStack.Gateway.ApiKeys;
using AlgoStack.Gateway.Sessions;
using AlgoStack.ServiceDefaults.Tokens;

namespace AlgoStack.Gateway.Tokens;

/// <summary>Whether what a token was had for still stands. Only here is that known before the token expires.</summary>
internal static class TokenOrigin
{
    public static async Task<bool> HasEndedAsync(HttpContext context, ClaimsPrincipal principal)
    {
        var (services, role) = (context.RequestServices, principal.FindFirstValue(TokenClaims.Role) ?? "");
        if (Guid.TryParse(principal.FindFirstValue(TokenClaims.Session), out var session))
            return !await services.GetRequiredService<SessionTable>().IsOpenAsync(session, role, context.RequestAborted);
        if (Guid.TryParse(principal.FindFirstValue(TokenClaims.ApiKey), out var key))
            return !await services.GetRequiredService<ApiKeyTable>().IsOpenAsync(key, role, context.RequestAborted);

        return true;
    }
}
