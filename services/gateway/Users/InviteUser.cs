using AlgoStack.Gateway.Audit;
using AlgoStack.Gateway.Oidc;
using AlgoStack.Gateway.Sessions;
using AlgoStack.ServiceDefaults;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.ServiceDefaults.Tokens;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Gateway.Users;

/// <summary><c>POST /auth/invitations</c>: an admin has a one-time link made for another user.</summary>
internal static class InviteUser
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/auth/invitations", HandleAsync)
        .RequireSession()
        .RequireScope(TokenScopes.Admin)
        .ShutByIssuer()
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status401Unauthorized)
        .ProducesProblem(StatusCodes.Status403Forbidden);

    private static async Task<Results<Ok<Invitation>, ProblemHttpResult>> HandleAsync(
        InvitedRole invited, Caller caller, Invitations invitations, AuditLog audit, HttpContext context)
    {
        if (Roles.Parse(invited.Role) is not { } role) return Problem.Invalid("role_unknown", $"role: expected {Roles.Spelled}.");

        var (secret, expiresAt) = await invitations.MakeAsync(role, caller.UserId, await audit.ActorAsync(context), context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new Invitation(Invitations.Link(secret), expiresAt));
    }
}

internal sealed record InvitedRole(string Role);

/// <param name="Link">Below the console's address. It is shown this once.</param>
internal sealed record Invitation(string Link, DateTimeOffset ExpiresAt);
