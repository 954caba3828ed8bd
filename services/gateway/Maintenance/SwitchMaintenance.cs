using System.Security.Claims;
using AlgoStack.Contracts.Operations;
using AlgoStack.ServiceDefaults;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.ServiceDefaults.Tokens;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Gateway.Maintenance;

/// <summary>
/// <c>PUT /api/v1/maintenance</c>: an admin has nothing changed any more, with a reason; <c>DELETE</c> ends that. Both may be
/// asked again.
/// </summary>
internal sealed partial class SwitchMaintenance(MaintenanceTable table, ILogger<SwitchMaintenance> logger)
{
    private const string Path = "/api/v1/maintenance";
    private const int LongestReason = 500;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapPut(Path, (BeginMaintenance begin, SwitchMaintenance maintenance, ClaimsPrincipal who, CancellationToken cancellationToken) =>
                maintenance.BeginAsync(begin, who, cancellationToken))
            .WithMetadata(GoesOn.Always)
            .RequireScope(TokenScopes.Admin)
            .ProducesProblem(StatusCodes.Status400BadRequest);
        routes
            .MapDelete(Path, (SwitchMaintenance maintenance, ClaimsPrincipal who, CancellationToken cancellationToken) => maintenance.EndAsync(who, cancellationToken))
            .WithMetadata(GoesOn.Always)
            .RequireScope(TokenScopes.Admin);
    }

    private async Task<Results<Ok<MaintenanceStatus>, ProblemHttpResult>> BeginAsync(BeginMaintenance begin, ClaimsPrincipal who, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(begin.Reason) || begin.Reason.Length > LongestReason)
            return Problem.Invalid("reason_required", $"Expected a reason of 1 to {LongestReason} characters, found {begin.Reason.Length}.");

        var begun = await table.BeginAsync(begin.Reason, Name(who), cancellationToken);
        LogBegun(begun.Reason, Name(who));
        return TypedResults.Ok(begun);
    }

    private async Task<NoContent> EndAsync(ClaimsPrincipal who, CancellationToken cancellationToken)
    {
        await table.EndAsync(cancellationToken);
        LogEnded(Name(who));
        return TypedResults.NoContent();
    }

    private static string Name(ClaimsPrincipal who) => who.FindFirstValue(TokenClaims.Subject) ?? "";

    [LoggerMessage(Level = LogLevel.Warning, Message = "Nothing may be changed any more, for maintenance ({Reason}), by user {UserId}.")]
    private partial void LogBegun(string reason, string userId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Maintenance was ended by user {UserId}.")]
    private partial void LogEnded(string userId);
}
