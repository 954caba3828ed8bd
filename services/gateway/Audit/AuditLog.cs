using System.Security.Claims;
using AlgoStack.EventStore.Streams;
using AlgoStack.Gateway.Door;
using AlgoStack.Gateway.Tokens;
using AlgoStack.ServiceDefaults.Tokens;
using Npgsql;

namespace AlgoStack.Gateway.Audit;

/// <summary>
/// Takes down who did what, in the gateway's own hash-chained log: what happens to an account in the transaction that makes it
/// happen, so that there is none of the two without the other.
/// </summary>
internal sealed class AuditLog(EventLog log, PlaceTable places, TokenOrigin origin)
{
    private const string Strangers = "strangers";

    /// <summary>Where what users change is recorded: a stream a day (UTC), so that old ones can leave the log.</summary>
    public static string ChangesOf(DateTimeOffset at) => $"changes-{at.UtcDateTime:yyyy-MM-dd}";

    /// <summary>Who asks, by their token, and not yet from where.</summary>
    public static Actor CallerOf(ClaimsPrincipal user) =>
        new(user.FindFirstValue(TokenClaims.Subject) ?? Actor.Nobody, Id(user, TokenClaims.Session), Id(user, TokenClaims.ApiKey));

    /// <summary>Who asks, by their token.</summary>
    public async Task<Actor> ActorAsync(HttpContext context)
    {
        var caller = CallerOf(context.User);
        return caller with { PlaceId = await PlaceAsync(context, Guid.TryParse(caller.Id, out var user) ? user : null) };
    }

    /// <summary>Who has just shown what only this user has.</summary>
    public async Task<Actor> ActorAsync(HttpContext context, Guid userId, Guid? sessionId = null, Guid? apiKeyId = null) =>
        new(userId.ToString(), sessionId, apiKeyId, await PlaceAsync(context, userId));

    /// <summary>Whoever it may be.</summary>
    public async Task<Actor> NobodyAsync(HttpContext context) => new(Actor.Nobody, PlaceId: await PlaceAsync(context, null));

    /// <summary>Takes down what changes no row.</summary>
    /// <param name="events">Of one account.</param>
    public async Task RecordAsync(AccountEvent[] events, CancellationToken cancellationToken)
    {
        var session = log.OpenSession();
        session.Append(StreamOf(events[0]), events);
        await session.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Takes down what changes rows, with the change or not at all.</summary>
    /// <param name="change">In the same transaction. False: there was nothing to change, and nothing is taken down.</param>
    /// <returns>What <paramref name="change"/> said.</returns>
    public async Task<bool> CommitAsync(AccountEvent what, Func<NpgsqlConnection, CancellationToken, Task<bool>> change, CancellationToken cancellationToken)
    {
        var session = log.OpenSession();
        session.Enlist(async (connection, _, token) =>
        {
            if (!await change(connection, token)) throw new NothingChangedException();
        });
        session.Append(StreamOf(what), what);
        try
        {
            await session.SaveChangesAsync(cancellationToken);
            // It may be that a session, a key or a role is no more.
            origin.Forget();
            return true;
        }
        catch (NothingChangedException)
        {
            return false;
        }
    }

    private static string StreamOf(AccountEvent what) => what.UserId is { } user ? $"user-{user}" : Strangers;

    private Task<Guid?> PlaceAsync(HttpContext context, Guid? userId) => places.FindAsync(
        userId, context.Connection.RemoteIpAddress?.ToString(), UserAgent.Of(context), context.RequestAborted);

    private static Guid? Id(ClaimsPrincipal user, string claim) => Guid.TryParse(user.FindFirstValue(claim), out var id) ? id : null;

    /// <summary>Rolls the transaction back.</summary>
    private sealed class NothingChangedException : Exception;
}
