using AlgoStack.Gateway.Audit;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Gateway.Users;

/// <summary>
/// <c>POST /auth/users/{id}/disable</c>: shuts a user out at once, by sessions and by API keys; <c>…/enable</c> lets them in again, their
/// keys as well. The last administrator stays enabled: 409 <c>last_admin</c>.
/// </summary>
internal static class DisableUser
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost($"{ForAdmins.OneUser}/disable", DisableAsync).RequireAdmin().ProducesProblem(StatusCodes.Status409Conflict);
        routes.MapPost($"{ForAdmins.OneUser}/enable", EnableAsync).RequireAdmin().ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DisableAsync(Guid id, UserTable users, AuditLog audit, HttpContext context)
    {
        var by = await audit.ActorAsync(context);
        return await ForAdmins.ChangeAsync(id, users, user => users.DisableAsync(user, by, context.RequestAborted), context.RequestAborted);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> EnableAsync(Guid id, UserTable users, AuditLog audit, HttpContext context)
    {
        var by = await audit.ActorAsync(context);
        return await ForAdmins.ChangeAsync(id, users, user => users.EnableAsync(user, by, context.RequestAborted), context.RequestAborted);
    }
}
