using System.Threading.Channels;
using AlgoStack.Alerting.Channels;
using AlgoStack.EventStore.Streams;
using AlgoStack.EventStore.Subscriptions;
using AlgoStack.Postgres;
using AlgoStack.ServiceDefaults.Telemetry;
using Npgsql;

namespace AlgoStack.Alerting.Alerts;

/// <summary>
/// Sends what is pending, as one process at a time: commits that a channel is about to be called, calls it, commits what
/// came of it. After a crash it goes on from what was committed; a call whose outcome was not is made again, so an alert
/// can be received twice when a process dies between the channel's answer and the commit, and never otherwise.
/// </summary>
public sealed partial class DeliverAlerts(
    EventLog log, NpgsqlDataSource database, ServiceDatabase own, ChannelLines channels, TimeProvider clock, ILogger<DeliverAlerts> logger)
    : BackgroundService
{
    /// <summary>Alerts worked on at once; a channel is called for one at a time all the same.</summary>
    private const int MostInFlight = 4;

    private const int PageSize = 50;

    /// <summary>How long nobody need ring before the table is looked at all the same.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan OwnerInterval = TimeSpan.FromSeconds(1);

    /// <summary>Pause after the database failed.</summary>
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    /// <summary>How long a known outcome waits for a database that is away, before it is let go and the call made again.</summary>
    private static readonly TimeSpan OutcomePatience = TimeSpan.FromSeconds(20);

    private readonly Channel<bool> _bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Something may be pending.</summary>
    public void Ring() => _bell.Writer.TryWrite(true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await OwnAndDeliverAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever it is, alerts that come after it must still go out.
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogFailed(e, RetryPause.TotalSeconds);
                await Task.Delay(RetryPause, clock, stoppingToken).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }
    }

    private async Task OwnAndDeliverAsync(CancellationToken stopping)
    {
        await using var owner = await database.OpenConnectionAsync(stopping);
        while (!await LockAsync(owner, "select pg_try_advisory_lock($1)", stopping)) await Task.Delay(OwnerInterval, clock, stopping);

        try
        {
            while (true)
            {
                // Read on the owner's connection: who lost it has lost the lock, and must not go on sending.
                var pending = await PendingAsync(owner, stopping);
                if (pending.Count == 0)
                {
                    await WaitAsync(stopping);
                    continue;
                }

                var options = new ParallelOptions { MaxDegreeOfParallelism = MostInFlight, CancellationToken = stopping };
                await Parallel.ForEachAsync(pending, options, async (alertId, token) => await DeliverAsync(alertId, token));
            }
        }
        finally
        {
            // The pool does not reset connections, so a healthy one would keep the lock.
            if (owner.FullState == System.Data.ConnectionState.Open) await LockAsync(owner, "select pg_advisory_unlock($1)", CancellationToken.None);
        }
    }

    private async Task DeliverAsync(string alertId, CancellationToken stopping)
    {
        var first = await log.OpenSession().FetchStreamAsync(Alert.Stream(alertId), version: 1, cancellationToken: stopping);
        using var activity = Tracing.Continue("deliver alert", first[0].TraceParent);
        while (true)
        {
            var session = log.OpenSession();
            var stream = await session.FetchForWriting<Alert>(Alert.Stream(alertId), stopping);
            var now = clock.GetUtcNow();
            switch (Delivery.Next(stream.Aggregate, channels.OpensAt, now))
            {
                case DeliveryStep.Send send:
                    await SendAsync(session, stream, send, stopping);
                    break;
                case DeliveryStep.Wait wait:
                    await Task.Delay(wait.Until - now, clock, stopping);
                    break;
                case DeliveryStep.GiveUp giveUp:
                    var alert = stream.Aggregate;
                    stream.Append([new AlertFailed(alert.LastChannel ?? alert.Raised!.Route[0], alert.Attempts, giveUp.Reason, now)]);
                    await session.SaveChangesAsync(stopping);
                    LogGivenUp(alertId, giveUp.Reason);
                    return;
                default:
                    return;
            }
        }
    }

    private async Task SendAsync(EventSession session, WritableStream<Alert> stream, DeliveryStep.Send step, CancellationToken stopping)
    {
        var raised = stream.Aggregate.Raised!;
        var line = channels.Find(step.Channel)!;
        using var turn = await line.TakeAsync(stopping);
        // While this one waited for its turn the channel may have asked for a pause, or closed.
        if (line.OpensAt is not { } opens || opens > clock.GetUtcNow()) return;

        stream.Append([new AlertAttempted(step.Channel, step.Attempt, clock.GetUtcNow())]);
        await session.SaveChangesAsync(stopping);

        // From here on a stop waits for the outcome: the call has its own timeout, and to leave now would be to send twice.
        var message = new AlertMessage(raised.AlertId, raised.Severity, raised.Title, raised.Text, raised.At);
        var outcome = await line.SendAsync(message, CancellationToken.None);
        LogAttempted(raised.AlertId, step.Channel, step.Attempt, outcome.GetType().Name);
        await CommitAsync(stream.Id, stream.Version + 1, Event(step, outcome, clock.GetUtcNow()));
    }

    private static AlertEvent Event(DeliveryStep.Send step, SendOutcome outcome, DateTimeOffset now) => outcome switch
    {
        SendOutcome.Delivered delivered => new AlertDelivered(step.Channel, step.Attempt, delivered.MessageId, now),
        SendOutcome.TryAgain again => new AlertAttemptFailed(step.Channel, step.Attempt, again.Reason, Final: false, now + again.PauseFor, now),
        SendOutcome.Refused refused => new AlertAttemptFailed(step.Channel, step.Attempt, refused.Reason, Final: true, null, now),
        SendOutcome.Gone gone => new AlertAttemptFailed(step.Channel, step.Attempt, gone.Reason, Final: true, null, now),
        _ => throw new InvalidOperationException($"{outcome} is no outcome of a call."),
    };

    private async Task CommitAsync(string stream, long version, AlertEvent outcome)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            try
            {
                var session = log.OpenSession();
                session.Append(stream, version, [outcome]);
                await session.SaveChangesAsync(CancellationToken.None);
                return;
            }
            catch (NpgsqlException e) when (e is not PostgresException { IsTransient: false } && clock.GetElapsedTime(started) < OutcomePatience)
            {
                LogFailed(e, RetryPause.TotalSeconds);
                await Task.Delay(RetryPause, clock, CancellationToken.None);
            }
        }
    }

    private async Task WaitAsync(CancellationToken stopping)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        bounded.CancelAfter(LookInterval);
        try
        {
            await _bell.Reader.ReadAsync(bounded.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // Nobody rang: the table is the truth.
        }
    }

    private static async Task<List<string>> PendingAsync(NpgsqlConnection owner, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select alert_id from alerts
            where state = 'pending'
            order by seq_id
            limit {PageSize}
            """,
            owner);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var pending = new List<string>();
        while (await reader.ReadAsync(cancellationToken)) pending.Add(reader.GetString(0));
        return pending;
    }

    private async Task<bool> LockAsync(NpgsqlConnection owner, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // One of the two statements above.
        await using var command = new NpgsqlCommand(sql, owner);
#pragma warning restore CA2100
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = own.LockKey("delivery") });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Alert {AlertId} on {Channel}, attempt {Attempt}: {Outcome}.")]
    private partial void LogAttempted(string alertId, string channel, int attempt, string outcome);

    [LoggerMessage(Level = LogLevel.Error, Message = "Alert {AlertId} reached nobody outside and stays in the inbox: {Reason}")]
    private partial void LogGivenUp(string alertId, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Delivery of alerts failed; trying again in {Seconds} s.")]
    private partial void LogFailed(Exception exception, double seconds);
}

/// <summary>Wakes the delivery when an alert was raised that is to leave the house.</summary>
public sealed class RingForDelivery(DeliverAlerts delivery) : Subscription
{
    public override string Name => "ring-for-delivery";

    public override Task HandleAsync(IReadOnlyList<StoredEvent> events, CancellationToken cancellationToken)
    {
        if (events.Any(stored => stored.Data is AlertRaised { Route.Count: > 0 })) delivery.Ring();
        return Task.CompletedTask;
    }
}
