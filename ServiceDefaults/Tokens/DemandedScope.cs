using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace AlgoStack.ServiceDefaults.Tokens;

/// <summary>
/// What an endpoint demands that does not say it itself: <c>read</c> to look, <c>trade</c> to change anything. What is no endpoint
/// (a file, a wrong path) demands nothing.
/// </summary>
internal sealed class DemandedScope : AuthorizationHandler<DemandedScope>, IAuthorizationRequirement
{
    public static string Of(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) ? TokenScopes.Read : TokenScopes.Trade;

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, DemandedScope requirement)
    {
        if (context.Resource is HttpContext http && (http.GetEndpoint() is null || context.User.HasClaim(TokenClaims.Scope, Of(http.Request.Method))))
            context.Succeed(requirement);
        return Task.CompletedTask;
    }
}
