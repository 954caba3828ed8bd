using System.Collections.Concurrent;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.Gateway.Audit;

/// <summary>
/// From where people come, each address once a user. It is personal, so the log has its id alone: a user's places are deleted with
/// the user, and nobody's after <see cref="KeptOfNobody"/>.
/// </summary>
internal sealed class PlaceTable(NpgsqlDataSource database, TimeProvider clock)
{
    /// <summary>Since somebody was last seen there.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(365);
    public static readonly TimeSpan KeptOfNobody = TimeSpan.FromDays(90);

    private const int MostKnown = 1_000;
    private const int MostListed = 10_000;

    private static readonly TimeSpan Fresh = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<(Guid? UserId, string Address, string UserAgent), (Guid Id, DateTimeOffset SeenAt)> _known = new();

    /// <param name="userId">Null: of nobody that is known, whose program is not noted, since they may make up as many as they like.</param>
    /// <returns>Null where the connection has no address, and for a user who is gone.</returns>
    public async Task<Guid?> FindAsync(Guid? userId, string? address, string userAgent, CancellationToken cancellationToken)
    {
        if (address is null) return null;

        var place = (userId, address, userId is null ? "" : userAgent);
        var now = clock.GetUtcNow();
        if (_known.TryGetValue(place, out var known) && now - known.SeenAt < Fresh) return known.Id;

        if (await SeeAsync(place, now, cancellationToken) is not { } id) return null;

        if (_known.Count >= MostKnown) _known.Clear();
        _known[place] = (id, now);
        return id;
    }

    /// <summary>Where a user was, the newest first.</summary>
    public async Task<IReadOnlyList<Place>> ListAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"select place_id, address, user_agent, last_seen_at from places where user_id = $1 order by last_seen_at desc limit {MostListed}");
        command.Parameters.Add(new() { Value = userId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var places = new List<Place>();
        while (await reader.ReadAsync(cancellationToken))
            places.Add(new Place(reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3)));
        return places;
    }

    private async Task<Guid?> SeeAsync((Guid? UserId, string Address, string UserAgent) place, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            insert into places (place_id, user_id, address, user_agent, last_seen_at) values ($1, $2, $3, $4, $5)
            on conflict (user_id, address, user_agent) do update set last_seen_at = excluded.last_seen_at
            returning place_id
            """);
        command.Parameters.Add(new() { Value = Guid.CreateVersion7(now) });
        command.Parameters.Add(new() { Value = (object?)place.UserId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = place.Address });
        command.Parameters.Add(new() { Value = place.UserAgent });
        command.Parameters.Add(new() { Value = now });
        try
        {
            return await command.ExecuteScalarAsync(cancellationToken) as Guid?;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            return null;
        }
    }
}

/// <summary>From where somebody came.</summary>
/// <param name="UserAgent">The program, as it says itself.</param>
internal sealed record Place(Guid PlaceId, string Address, string UserAgent, DateTimeOffset LastSeenAt);
