using AlgoStack.Gateway.Sessions;
using AlgoStack.Gateway.Users;
using AlgoStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Gateway.TwoFactor;

/// <summary><c>POST /auth/two-factor</c>: makes a secret for an authenticator app. It counts once it is confirmed.</summary>
internal static class BeginTwoFactor
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/auth/two-factor", HandleAsync)
        .RequireSession()
        .ProducesProblem(StatusCodes.Status401Unauthorized)
        .ProducesProblem(StatusCodes.Status403Forbidden)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status429TooManyRequests);

    private static async Task<Results<Ok<TwoFactorSecret>, ProblemHttpResult>> HandleAsync(
        GivenPassword given, Caller caller, PresentPassword present, SecondFactor second, HttpContext context)
    {
        var (user, refusal) = await present.CheckAsync(caller, given.Password, context);
        if (user is null) return refusal!;
        if (await second.BeginAsync(user.Id, context.RequestAborted) is not { } secret)
            return Problem.Conflict("two_factor_on", "The second factor is on already; turn it off first.");

        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new TwoFactorSecret(Totp.Write(secret), Totp.Address(user.Name, secret)));
    }
}

internal sealed record GivenPassword(string Password);

/// <param name="Secret">To be typed into the app.</param>
/// <param name="Address">The same as a picture holds it.</param>
internal sealed record TwoFactorSecret(string Secret, string Address);
