using AlgoStack.ServiceDefaults;
using AlgoStack.ServiceDefaults.Tokens;
using Microsoft.AspNetCore.Authentication;

namespace AlgoStack.Gateway.Push;

/// <summary>Checks a token that came in a message exactly as one that came with a request.</summary>
internal sealed class CheckToken(IServiceScopeFactory scopes)
{
    /// <returns>Who may go on, or why not.</returns>
    public async Task<(PushCaller? Caller, PushRequest.Refused? Refusal)> HandleAsync(string token, PushCaller holder, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider, RequestAborted = cancellationToken };
        context.Request.Headers.Authorization = $"Bearer {token}";
        var checkedToken = await context.AuthenticateAsync(TokenCheck.Scheme);
        if (checkedToken.Failure is TokenRefusedException refused) return (null, new PushRequest.Refused(refused.Code, refused.Message));
        if (checkedToken.Principal is not { } principal) return (null, new PushRequest.Refused("token_malformed", "What came as a token is none."));
        if (!principal.HasClaim(TokenClaims.Scope, TokenScopes.Read))
            return (null, new PushRequest.Refused("scope_missing", "The token does not let its holder do this."));

        var caller = PushCaller.Of(principal);
        return caller.UserId == holder.UserId
            ? (caller, null)
            : (null, new PushRequest.Refused("token_of_another", "Expected a token of the user that the connection was opened by."));
    }
}
