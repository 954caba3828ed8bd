using AlgoStack.Gateway.Audit;
using AlgoStack.Gateway.Maintenance;
using AlgoStack.Gateway.Sessions;
using AlgoStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Gateway.ApiKeys;

/// <summary><c>DELETE /auth/api-keys/{id}</c>: ends a key, with every secret and here every token that was had for it.</summary>
internal static class RevokeApiKey
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapDelete("/auth/api-keys/{id:guid}", HandleAsync)
        .RequireSession()
        .WithMetadata(GoesOn.Always)
        .ProducesProblem(StatusCodes.Status401Unauthorized)
        .ProducesProblem(StatusCodes.Status404NotFound);

    public static ProblemHttpResult NotFound(Guid id) => Problem.NotFound("api_key_not_found", $"You have no open API key {id}.");

    private static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(Guid id, Caller caller, ApiKeyTable keys, AuditLog audit, HttpContext context) =>
        await keys.RevokeAsync(caller.UserId, id, await audit.ActorAsync(context), context.RequestAborted) ? TypedResults.NoContent() : NotFound(id);
}
