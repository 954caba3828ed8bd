using AlgoStack.Gateway.Audit;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Gateway.Users;

/// <summary>
/// <c>DELETE /auth/users/{id}</c>: deletes a user with name, sessions, keys and addresses, at once and for good. The audit trail stays
/// whole: it knows an id that is nobody's any more. The last administrator cannot be deleted: 409 <c>last_admin</c>.
/// </summary>
internal static class DeleteUser
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapDelete(ForAdmins.OneUser, HandleAsync)
        .RequireAdmin()
        .ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(Guid id, UserTable users, AuditLog audit, HttpContext context)
    {
        var by = await audit.ActorAsync(context);
        return await ForAdmins.ChangeAsync(id, users, user => users.DeleteAsync(user, by, context.RequestAborted), context.RequestAborted);
    }
}
