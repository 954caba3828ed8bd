using AlgoStack.Gateway.Sessions;
using AlgoStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Gateway.TwoFactor;

/// <summary>
/// <c>POST /auth/two-factor/confirm</c>: turns the second factor on with a first code of the app, and ends every other session, which
/// were begun without it.
/// </summary>
internal static class ConfirmTwoFactor
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/auth/two-factor/confirm", HandleAsync)
        .RequireSession()
        .ProducesProblem(StatusCodes.Status401Unauthorized)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<Results<Ok<PaperCodes>, ProblemHttpResult>> HandleAsync(
        GivenCode given, Caller caller, SecondFactor second, HttpContext context)
    {
        if (await second.ConfirmAsync(caller, given.Code, context) is not { } codes)
            return Problem.Refused("two_factor_code_wrong", "Expected the code that the app shows now, of the secret that was made last.");

        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new PaperCodes(codes));
    }
}

internal sealed record GivenCode(string Code);

/// <param name="RecoveryCodes">Each stands for a code of the app once. They are shown this once.</param>
internal sealed record PaperCodes(IReadOnlyList<string> RecoveryCodes);
