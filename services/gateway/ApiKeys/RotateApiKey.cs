using AlgoStack.Gateway.Audit;
using AlgoStack.Gateway.Sessions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Gateway.ApiKeys;

/// <summary><c>POST /auth/api-keys/{id}/rotate</c>: makes the next secret of a key; the former stays good for a day, to be replaced in.</summary>
internal static class RotateApiKey
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/auth/api-keys/{id:guid}/rotate", HandleAsync)
        .RequireSession()
        .ProducesProblem(StatusCodes.Status401Unauthorized)
        .ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<ApiKeySecret>, ProblemHttpResult>> HandleAsync(Guid id, Caller caller, ApiKeyTable keys, AuditLog audit, HttpContext context)
    {
        if (await keys.RotateAsync(caller.UserId, id, await audit.ActorAsync(context), context.RequestAborted) is not { } next) return RevokeApiKey.NotFound(id);

        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(next);
    }
}
