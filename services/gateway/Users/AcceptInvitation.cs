using AlgoStack.Gateway.Audit;
using AlgoStack.Gateway.Bans;
using AlgoStack.Gateway.Oidc;
using AlgoStack.Gateway.Tokens;
using AlgoStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;

namespace AlgoStack.Gateway.Users;

/// <summary><c>POST /auth/users</c>: makes a user with a one-time link, the first admin and everybody after.</summary>
internal sealed partial class AcceptInvitation(
    UserManager<User> users, Invitations invitations, FirstAdmin firstAdmin, FailedAddresses failures, AuditLog audit, ILogger<AcceptInvitation> logger)
{
    public static readonly IdentityError Invalid = new() { Code = "InvitationInvalid", Description = "The invitation is used, over, or none of ours." };

    private const int MostNameCharacters = 64;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/auth/users", (NewUser user, AcceptInvitation accept, HttpContext context) => accept.HandleAsync(user, context))
        .AllowAnonymous()
        .ShutByIssuer()
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
        .ProducesProblem(StatusCodes.Status429TooManyRequests);

    private async Task<Results<Created<MadeUser>, ProblemHttpResult>> HandleAsync(NewUser wanted, HttpContext context)
    {
        var hash = Secret.Hash(wanted.Invitation);
        // Before all else: who has no link is told nothing about names.
        if (await invitations.FindOpenAsync(hash, context.RequestAborted) is not { } invited)
        {
            await failures.CountAsync(context);
            return Refuse(Invalid);
        }

        if (wanted.Name.Length is 0 or > MostNameCharacters)
            return Problem.Refused("user_name_invalid", $"name: expected 1 to {MostNameCharacters} characters, found {wanted.Name.Length}.");

        var user = new User { Id = Guid.CreateVersion7(), Name = wanted.Name, Invitation = hash };
        user.Why = new UserMade(user.Id, invited.Role.Name(), invited.By, await audit.NobodyAsync(context));
        var made = await users.CreateAsync(user, wanted.Password);
        if (!made.Succeeded) return Refuse([.. made.Errors]);

        firstAdmin.Forget();
        LogMade(user.Id);
        return TypedResults.Created($"/auth/users/{user.Id}", new MadeUser(user.Id));
    }

    private static ProblemHttpResult Refuse(params IdentityError[] errors)
    {
        var detail = string.Join(' ', errors.Select(e => e.Description));
        return errors[0].Code switch
        {
            nameof(IdentityErrorDescriber.DuplicateUserName) => Problem.Conflict("user_name_taken", detail),
            nameof(IdentityErrorDescriber.InvalidUserName) => Problem.Refused("user_name_invalid", detail),
            "InvitationInvalid" => Problem.Refused("invitation_invalid", detail),
            _ => Problem.Refused(ChangePassword.TooWeak, detail),
        };
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "User {UserId} was made by invitation.")]
    private partial void LogMade(Guid userId);
}

/// <param name="Invitation">What is behind the # of the link.</param>
internal sealed record NewUser(string Invitation, string Name, string Password);

internal sealed record MadeUser(Guid UserId);
