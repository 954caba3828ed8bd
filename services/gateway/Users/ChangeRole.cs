using AlgoStack.Gateway.Audit;
using AlgoStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Gateway.Users;

/// <summary>
/// <c>PUT /auth/users/{id}/role</c>: makes a user something else. Their sessions end, and their API keys do what the new role may from
/// now on. The last administrator stays one: 409 <c>last_admin</c>. Whose role another issuer says keeps it: 409 <c>role_elsewhere</c>.
/// </summary>
internal static class ChangeRole
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPut($"{ForAdmins.OneUser}/role", HandleAsync)
        .RequireAdmin()
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(Guid id, WantedRole wanted, UserTable users, AuditLog audit, HttpContext context)
    {
        if (Roles.Parse(wanted.Role) is not { } role) return Problem.Invalid("role_unknown", $"role: expected {Roles.Spelled}.");

        var by = await audit.ActorAsync(context);
        return await ForAdmins.ChangeAsync(id, users, user => users.ChangeRoleAsync(user, role, by, context.RequestAborted), context.RequestAborted);
    }
}

internal sealed record WantedRole(string Role);
