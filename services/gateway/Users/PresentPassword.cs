using AlgoStack.Gateway.Audit;
using AlgoStack.Gateway.Sessions;
using AlgoStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;

namespace AlgoStack.Gateway.Users;

/// <summary>
/// Asks who is signed in for their password again, before what an open session alone must not do. A wrong one counts as a sign-in
/// that failed, so that a session is no way to guess it.
/// </summary>
internal sealed class PresentPassword(UserManager<User> users, SignInFailures failures, AuditLog audit)
{
    /// <returns>The user, or the answer where it is not theirs.</returns>
    public async Task<(User? User, ProblemHttpResult? Refusal)> CheckAsync(Caller caller, string password, HttpContext context)
    {
        if (await users.FindByIdAsync(caller.UserId.ToString()) is not { } user) return (null, Wrong());
        if (user.PasswordHash is null)
            return (null, Problem.Of(StatusCodes.Status403Forbidden, "password_elsewhere", "You sign in with another issuer, and have no password or second factor here."));

        var attempt = await failures.CountAsync(user.Name, context.RequestAborted);
        if (attempt.LockedFor is { } locked) return (null, SignIn.Locked(context, locked));
        if (password.Length > PasswordRules.MostCharacters || !await users.CheckPasswordAsync(user, password))
        {
            await failures.RecordAsync(attempt, user.Id, SignInFailure.PasswordWrong, await audit.ActorAsync(context), context.RequestAborted);
            return (null, Wrong());
        }

        await failures.ForgetAsync(user.Name, context.RequestAborted);
        return (user, null);
    }

    private static ProblemHttpResult Wrong() => Problem.Of(StatusCodes.Status403Forbidden, "password_wrong", "The present password is another.");
}
