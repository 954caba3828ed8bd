using AlgoStack.ServiceDefaults;
using AlgoStack.ServiceDefaults.Tokens;
using Microsoft.AspNetCore.Authentication;

namespace AlgoStack.Gateway.Door;

internal static class WhoAsks
{
    /// <summary>Why the token that came is not taken; null where it is, or where none came. It is looked at once a request.</summary>
    public static async Task<TokenRefusedException?> RefusedAsync(HttpContext context) => context.User.Identity is { IsAuthenticated: true }
        ? null
        : (await context.AuthenticateAsync(TokenCheck.Scheme)).Failure as TokenRefusedException;
}
