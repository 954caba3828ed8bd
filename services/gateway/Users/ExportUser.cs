using AlgoStack.Gateway.ApiKeys;
using AlgoStack.Gateway.Audit;
using AlgoStack.Gateway.Oidc;
using AlgoStack.Gateway.Sessions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Gateway.Users;

/// <summary>
/// <c>GET /auth/me/export</c>, and for administrators <c>GET /auth/users/{id}/export</c>: all there is of a user, without secrets, and of
/// others no name and no address.
/// </summary>
internal static class ExportUser
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/auth/me/export", (Caller caller, [AsParameters] Sources sources, HttpContext context) => ExportAsync(caller.UserId, sources, context))
            .RequireSession()
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapGet($"{ForAdmins.OneUser}/export", (Guid id, [AsParameters] Sources sources, HttpContext context) => ExportAsync(id, sources, context)).RequireAdmin();
    }

    private static async Task<Results<Ok<UserExport>, ProblemHttpResult>> ExportAsync(Guid id, Sources sources, HttpContext context)
    {
        var cancellationToken = context.RequestAborted;
        if (await sources.Users.FindAsync(id, cancellationToken) is not { } user) return ForAdmins.NotFound(id);

        await sources.Audit.RecordAsync([new UserExported(id, await sources.Audit.ActorAsync(context))], cancellationToken);
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentDisposition = $"attachment; filename=algostack-{id}.json";
        return TypedResults.Ok(new UserExport(
            user,
            await sources.Issuers.FindIdentityAsync(id, cancellationToken),
            await sources.Sessions.ListAsync(id, null, isEndedToo: true, cancellationToken),
            await sources.Keys.ListAsync(id, cancellationToken),
            await sources.Places.ListAsync(id, cancellationToken),
            sources.Trail.AllOfAsync(id, cancellationToken)));
    }

    internal sealed record Sources(UserTable Users, IssuerUsers Issuers, SessionTable Sessions, ApiKeyTable Keys, PlaceTable Places, AuditReader Trail, AuditLog Audit);
}

/// <param name="Identity">What another issuer knows them by; null where none does.</param>
/// <param name="Sessions">Open ones, and those that ended within the week.</param>
/// <param name="ApiKeys">That are open.</param>
/// <param name="Places">From where the user came.</param>
/// <param name="Audit">What the user did and what was done to them, the newest first.</param>
internal sealed record UserExport(
    KnownUser User, IssuerIdentity? Identity, IReadOnlyList<OpenSession> Sessions, IReadOnlyList<ApiKey> ApiKeys, IReadOnlyList<Place> Places, IAsyncEnumerable<AuditEntry> Audit);
