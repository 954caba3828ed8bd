using System.Globalization;
using AlgoStack.Gateway.Audit;
using AlgoStack.Gateway.Bans;
using AlgoStack.Gateway.Maintenance;
using AlgoStack.Gateway.Oidc;
using AlgoStack.Gateway.TwoFactor;
using AlgoStack.Gateway.Users;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.ServiceDefaults.Tokens;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Gateway.Sessions;

/// <summary>
/// <c>POST /auth/sign-in</c>: begins a session. What fails is 401 <c>sign_in_failed</c>, whether the name or the password is
/// wrong; after too many of them 429 <c>sign_in_locked</c>, whether there is such a user or not. Who has a second factor is asked for it
/// once the password is right: 401 <c>second_factor_required</c>, 401 <c>second_factor_failed</c>.
/// </summary>
internal sealed partial class SignIn(
    SignInFailures failures, FailedAddresses addresses, PasswordCheck passwords, SecondFactor second, SessionTable sessions, IssueTokens tokens, AuditLog audit,
    ILogger<SignIn> logger)
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/auth/sign-in", (Credentials credentials, SignIn signIn, HttpContext context) => signIn.HandleAsync(credentials, context))
        .AllowAnonymous()
        .WithMetadata(GoesOn.Always)
        .ShutByIssuer()
        .ProducesProblem(StatusCodes.Status401Unauthorized)
        .ProducesProblem(StatusCodes.Status403Forbidden)
        .ProducesProblem(StatusCodes.Status429TooManyRequests);

    private async Task<Results<Ok<SessionTokens>, ProblemHttpResult>> HandleAsync(Credentials credentials, HttpContext context)
    {
        if (credentials.Cookies && !CrossSite.IsOwn(context.Request))
            return Problem.Of(StatusCodes.Status403Forbidden, CrossSite.Code, CrossSite.Detail);
        var attempt = await failures.CountAsync(credentials.Name, context.RequestAborted);
        if (attempt.LockedFor is { } locked) return Locked(context, locked);
        var (user, isTheirs) = await passwords.FindAsync(credentials.Name, credentials.Password);
        if (!isTheirs || user is null)
        {
            await FailAsync(user is null ? SignInFailure.NameUnknown : SignInFailure.PasswordWrong);
            await addresses.CountAsync(context);
            return Refuse("sign_in_failed", "There is no such user with this password.");
        }

        if (user.IsDisabled)
        {
            await FailAsync(SignInFailure.UserDisabled);
            return Refuse("user_disabled", "An administrator has disabled the user.");
        }

        string? factor = null;
        if (await second.IsOnAsync(user.Id, context.RequestAborted))
        {
            if (credentials.Code is not { } code)
                return Refuse("second_factor_required", "The user has a second factor: expected a code of their app, or one on paper, in code.");
            factor = await second.TakeAsync(user.Id, code, context);
            if (factor is null)
            {
                await FailAsync(SignInFailure.SecondFactorWrong);
                await addresses.CountAsync(context);
                return Refuse("second_factor_failed", "The code is wrong, over, or was used before.");
            }
        }

        await failures.ForgetAsync(credentials.Name, context.RequestAborted);
        var session = await sessions.BeginAsync(user, factor, context);
        LogBegun(session.UserId, session.Id);
        return TypedResults.Ok(await tokens.ToAsync(context, session, credentials.Cookies));

        async Task FailAsync(string reason) =>
            await failures.RecordAsync(attempt, user?.Id, reason, await audit.NobodyAsync(context), context.RequestAborted);
    }

    private static ProblemHttpResult Refuse(string code, string detail) => Problem.Of(StatusCodes.Status401Unauthorized, code, detail);

    public static ProblemHttpResult Locked(HttpContext context, TimeSpan until)
    {
        context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(until.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return Problem.Of(
            StatusCodes.Status429TooManyRequests,
            "sign_in_locked",
            $"More than {SignInFailures.Allowed} sign-ins with this name failed; none is looked at for {SignInFailures.LockedFor.TotalHours:0} hour after the last.",
            retryable: true);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "User {UserId} signed in, session {SessionId}.")]
    private partial void LogBegun(Guid userId, Guid sessionId);
}

/// <param name="Code">Of the second factor, where there is one.</param>
/// <param name="Cookies">Whether the tokens are to be put into cookies, as the console wants them, and not into the answer.</param>
internal sealed record Credentials(string Name, string Password, string? Code = null, bool Cookies = false);
