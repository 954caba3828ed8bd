using AlgoStack.Gateway.Audit;
using AlgoStack.Gateway.Sessions;
using AlgoStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;

namespace AlgoStack.Gateway.Users;

/// <summary><c>POST /auth/password</c>: changes the password of who asks, who shows the present one, and ends their other sessions.</summary>
internal sealed partial class ChangePassword(UserManager<User> users, PresentPassword present, AuditLog audit, ILogger<ChangePassword> logger)
{
    public const string TooWeak = "password_too_weak";

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/auth/password", (Passwords passwords, Caller caller, ChangePassword change, HttpContext context) => change.HandleAsync(passwords, caller, context))
        .RequireSession()
        .ProducesProblem(StatusCodes.Status401Unauthorized)
        .ProducesProblem(StatusCodes.Status403Forbidden)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
        .ProducesProblem(StatusCodes.Status429TooManyRequests);

    private async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(Passwords passwords, Caller caller, HttpContext context)
    {
        var (user, refusal) = await present.CheckAsync(caller, passwords.Current, context);
        if (user is null) return refusal!;

        user.Why = new PasswordChanged(user.Id, await audit.ActorAsync(context));
        var changed = await users.ChangePasswordAsync(user, passwords.Current, passwords.New);
        if (changed.Errors.Any(e => e.Code == nameof(IdentityErrorDescriber.ConcurrencyFailure)))
            return Problem.Conflict("user_changed", "The user was changed by somebody else at the same time.");
        if (!changed.Succeeded) return Problem.Refused(TooWeak, string.Join(' ', changed.Errors.Select(e => e.Description)));

        LogChanged(user.Id);
        return TypedResults.NoContent();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "User {UserId} changed their password; their other sessions have ended.")]
    private partial void LogChanged(Guid userId);
}

internal sealed record Passwords(string Current, string New);
