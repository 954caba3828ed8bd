using AlgoStack.EventStore.Streams;
using AlgoStack.EventStore.Subscriptions;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AlgoStack.EventStore.Chain;

/// <summary>
/// Seals the log up to the high-water mark, page by page, behind the appends and out of their way. Every process of a
/// service may run it: a page is sealed in one transaction, under a lock that one holds at a time.
/// </summary>
internal sealed partial class ChainSealer(EventLog log, HighWaterMark mark, ILogger logger)
{
    /// <summary>The most events of one seal.</summary>
    public const int PageSize = 5_000;

    /// <summary>A seal costs a commit: at most so often, unless there is a full page.</summary>
    private static readonly TimeSpan BetweenSeals = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(10);

    // While events come in, a page is followed by a pause of nine times the time it took: a tenth of a processor at most.
    private const int Restraint = 9;

    // A page of large events.
    private const int SealSeconds = 300;

    private readonly BackOff _retry = new(FirstRetry, LongestRetry, log.Clock);
    private ChainHead? _head;
    private ChainHead? _told;
    private long _toldAt;

    /// <summary>Sequence numbers committed and not yet sealed, as far as this process knows.</summary>
    public long Lag => Volatile.Read(ref _head) is { } head ? Math.Max(0, mark.Value - head.Sequence) : 0;

    /// <summary>Seals one page of what comes after the last seal, up to <paramref name="through"/>; returns the last seal then.</summary>
    /// <param name="through">A sequence that no append in flight comes before.</param>
    public static async Task<ChainHead> SealNextAsync(EventLog log, long through, CancellationToken cancellationToken)
    {
        await using var command = log.Source.CreateCommand("select sealed_number, sealed_through, sealed_hash from seal_events($1, $2, $3)");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = log.ChainLock });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = through });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = PageSize });
        command.CommandTimeout = SealSeconds;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new ChainHead(reader.GetInt64(0), reader.GetInt64(1), Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(2)));
    }

    /// <summary>Seals everything up to <paramref name="through"/>, as fast as it goes.</summary>
    /// <param name="through">A sequence that no append in flight comes before.</param>
    public static async Task<ChainHead> SealAsync(EventLog log, long through, CancellationToken cancellationToken)
    {
        for (var last = -1L; ;)
        {
            var head = await SealNextAsync(log, through, cancellationToken);
            if (head.Number == last || head.Sequence >= through) return head;
            last = head.Number;
        }
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                await FollowAsync(stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                Tell();
                return;
            }
            catch (Exception e) when (e is NpgsqlException or IOException or InvalidOperationException or TimeoutException)
            {
                LogWaiting(_head?.Sequence ?? 0, e.Message);
            }

            await _retry.DelayAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FollowAsync(CancellationToken stopping)
    {
        Take(await SealNextAsync(log, 0, stopping));
        while (true)
        {
            var through = await mark.WaitBeyondAsync(_head!.Sequence, BetweenSeals, stopping);
            if (log.Clock.GetElapsedTime(_toldAt) >= BetweenLines) Tell();
            if (through <= _head.Sequence) continue;

            var started = log.Clock.GetTimestamp();
            Take(await SealNextAsync(log, through, stopping));
            _retry.Reset();
            var pause = _head.Sequence >= through ? BetweenSeals
                : mark.Value > through ? Restraint * log.Clock.GetElapsedTime(started)
                : TimeSpan.Zero;
            await Task.Delay(pause, log.Clock, stopping);
        }
    }

    private void Take(ChainHead head)
    {
        if (head.Number < _head?.Number) LogCut(_head.Number, _head.Hash, head.Number);
        Volatile.Write(ref _head, head);
    }

    /// <summary>In the log the newest hash is out of reach of who can write to the database.</summary>
    private void Tell()
    {
        if (_head is not { Number: > 0 } head || head == _told) return;

        LogHead(head.Hash, head.Number, head.Sequence);
        _told = head;
        _toldAt = log.Clock.GetTimestamp();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Chain head {Hash}: seal {Number}, up to sequence {Sequence}.")]
    private partial void LogHead(string hash, long number, long sequence);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The chain was cut: seal {Number} was its head with hash {Hash}, and now seal {Found} is.")]
    private partial void LogCut(long number, string hash, long found);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sealing waits after sequence {Sequence}: {Reason}")]
    private partial void LogWaiting(long sequence, string reason);
}
