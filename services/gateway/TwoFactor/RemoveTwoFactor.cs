using AlgoStack.Gateway.Audit;
using AlgoStack.Gateway.Sessions;
using AlgoStack.Gateway.Users;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Gateway.TwoFactor;

/// <summary><c>POST /auth/two-factor/remove</c>: turns the second factor off.</summary>
internal static class RemoveTwoFactor
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/auth/two-factor/remove", HandleAsync)
        .RequireSession()
        .ProducesProblem(StatusCodes.Status401Unauthorized)
        .ProducesProblem(StatusCodes.Status403Forbidden)
        .ProducesProblem(StatusCodes.Status429TooManyRequests);

    private static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        GivenPassword given, Caller caller, PresentPassword present, SecondFactor second, AuditLog audit, HttpContext context)
    {
        var (user, refusal) = await present.CheckAsync(caller, given.Password, context);
        if (user is null) return refusal!;

        await second.RemoveAsync(new TwoFactorTurnedOff(user.Id, await audit.ActorAsync(context)), context.RequestAborted);
        return TypedResults.NoContent();
    }
}
