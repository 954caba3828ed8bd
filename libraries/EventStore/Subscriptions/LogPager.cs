using System.Data;
using AlgoStack.EventStore.Streams;
using Npgsql;

namespace AlgoStack.EventStore.Subscriptions;

/// <summary>
/// The log before one follower, in pages of at most <see cref="Shard.PageSize"/> events. While a full page is handled the
/// next one is read, and no more: that is all a follower that cannot keep up ever holds. A page that fails for its events
/// is cut in halves until one event is left: what comes before the poison is handled, and the poison is named.
/// </summary>
internal sealed class LogPager(EventLog log, RecentPages pages, LogFollower follower) : IAsyncDisposable
{
    private readonly string _ofTypes = OfTypes(follower, log.Types);
    private int _limit = Shard.PageSize;
    private Task<LogPage>? _ahead;

    /// <summary>The names of the events that the follower is given; none means all.</summary>
    public string[] TypeNames { get; } = [.. follower.Events.SelectMany(log.Types.NamesOf)];

    /// <summary>Hands on the page after <paramref name="position"/> and returns the position to go on from.</summary>
    /// <param name="owner">Free between a page and its handling; a page may be read on another connection.</param>
    /// <param name="through">The high-water mark.</param>
    /// <param name="handleAsync">Returns the position after the page.</param>
    /// <exception cref="PoisonEventException">The first event after <paramref name="position"/> cannot be taken.</exception>
    public async Task<long> TakeAsync(
        NpgsqlConnection owner, long position, long through, Func<LogPage, Task<long>> handleAsync, CancellationToken stopping)
    {
        IReadOnlyList<StoredEvent> events = [];
        try
        {
            var page = await NextAsync(owner, position, through, stopping);
            events = page.Events;
            if (page.Through < through && _limit == Shard.PageSize) _ahead = ReadAheadAsync(page.Through, through, stopping);
            var next = await handleAsync(page);
            _limit = Math.Min(Shard.PageSize, _limit * 2);
            return next;
        }
        catch (Exception e) when (IsOfEvents(e, owner))
        {
            var size = events.Count == 0 ? _limit : events.Count;
            if (size == 1)
            {
                var what = events.Count == 0 ? e.Message : $"event '{events[0].TypeName}' of {events[0].StreamId} version {events[0].Version} (sequence {events[0].Sequence}): {e.Message}";
                throw new PoisonEventException(follower.ShardName, position, what, e);
            }

            _limit = size / 2;
            return position;
        }
    }

    public async Task<LogPage> ReadAsync(NpgsqlConnection owner, long position, long through, CancellationToken stopping)
    {
        // Once: it may change while a page is read ahead.
        var limit = _limit;
        var clauses = $"where seq_id > {position} and seq_id <= {through} {_ofTypes} order by seq_id limit {limit}";
        var events = new List<StoredEvent>();
        await foreach (var e in EventReader.CopyAsync(owner, clauses, log.Types, stopping)) events.Add(e);
        return new LogPage(position, events.Count == limit ? events[^1].Sequence : through, events);
    }

    public async ValueTask DisposeAsync()
    {
        if (_ahead is not null) await ((Task)_ahead).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<LogPage> NextAsync(NpgsqlConnection owner, long position, long through, CancellationToken stopping)
    {
        if (_ahead is { } ahead)
        {
            _ahead = null;
            await ((Task)ahead).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // What went wrong there goes wrong here again, where it is looked into.
            if (ahead.IsCompletedSuccessfully && await ahead is var page && page.After == position && _limit == Shard.PageSize) return page;
        }

        // Looking for poison, a page is smaller than what others read.
        return _limit == Shard.PageSize ? await ReadSharedAsync(owner, position, through, stopping) : await ReadAsync(owner, position, through, stopping);
    }

    private async Task<LogPage> ReadAheadAsync(long position, long through, CancellationToken stopping)
    {
        await using var connection = await log.Source.OpenConnectionAsync(stopping);
        return await ReadSharedAsync(connection, position, through, stopping);
    }

    /// <summary>A follower of everything reads what the others read.</summary>
    private Task<LogPage> ReadSharedAsync(NpgsqlConnection connection, long position, long through, CancellationToken stopping) =>
        TypeNames.Length == 0
            ? pages.ReadAsync(position, () => ReadAsync(connection, position, through, stopping), stopping)
            : ReadAsync(connection, position, through, stopping);

    private static string OfTypes(LogFollower follower, EventTypes types) => follower.Events.Count == 0
        ? ""
        : $"and type in ({string.Join(", ", follower.Events.SelectMany(types.NamesOf).Select(name => $"'{name.Replace("'", "''", StringComparison.Ordinal)}'"))})";

    /// <summary>Whether the events are at fault, and not the server, the connection or the world outside.</summary>
    private bool IsOfEvents(Exception e, NpgsqlConnection owner) => e switch
    {
        UnknownEventTypeException or UnreadableEventException => true,
        _ when follower is Subscription => false,
        _ when owner.FullState != ConnectionState.Open => false,
        OperationCanceledException or IOException or TimeoutException => false,
        PostgresException p => !p.IsTransient && p.SqlState is not (PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected),
        NpgsqlException => false,
        _ => true,
    };
}
