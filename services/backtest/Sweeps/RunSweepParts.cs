using AlgoStack.Backtesting.Sweeps;
using AlgoStack.Contracts.Backtests;
using AlgoStack.EventStore.Streams;
using AlgoStack.ServiceDefaults.Messaging;
using MassTransit;

namespace AlgoStack.Backtest.Sweeps;

/// <summary>
/// A worker: takes parts of sweeps from the queue that all instances share, and notes what came of them. A part whose worker
/// dies comes to another; one that is in the log already, or whose sweep has ended, is dropped. Whoever finds all parts in
/// the log finishes the sweep before it lets its own go, so that a crash in between leaves that to the next.
/// </summary>
public sealed partial class RunSweepParts(
    SweepList sweeps, SweepData data, EndSweep end, EventLog log, TimeProvider clock, ILogger<RunSweepParts> logger) : IConsumer<RunSweepPart>
{
    /// <summary>A part that so many began and none finished takes the process down.</summary>
    private const long MostDeliveries = 15;

    private static readonly TimeSpan ShortestDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    public async Task Consume(ConsumeContext<RunSweepPart> context)
    {
        var (part, cancellationToken) = (context.Message, context.CancellationToken);
        for (var delay = ShortestDelay; ; delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay)
        {
            try
            {
                await RunAsync(part, context.MessageId!.Value, Redelivery.CountBefore(context), cancellationToken);
                return;
            }
            catch (SweepBrokenException e)
            {
                await end.BreakAsync(part.SweepId, e.Code, e.Message, cancellationToken);
                return;
            }
#pragma warning disable CA1031 // Database, tape or network: they come back, and the part waits for them.
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogWaiting(e, part.Part, part.SweepId, delay.TotalSeconds);
            }

            await Task.Delay(delay, clock, cancellationToken);
        }
    }

    private async Task RunAsync(RunSweepPart part, Guid messageId, long deliveriesBefore, CancellationToken cancellationToken)
    {
        var sweep = await sweeps.FindAsync(part.SweepId, cancellationToken);
        if (sweep is not { State: SweepList.Running }) return;

        var session = log.OpenSession();
        if (await session.TryReceiveAsync(messageId, nameof(RunSweepParts), cancellationToken))
        {
            if (deliveriesBefore >= MostDeliveries)
            {
                throw new SweepBrokenException(
                    "part_never_finishes",
                    $"Combinations {part.From} to {part.From + part.Count - 1} were begun {deliveriesBefore} times and never finished.");
            }

            var work = await data.OfAsync(sweep, cancellationToken);
            var outcomes = await RunAsync(work, part, cancellationToken);
            session.Append(
                SweepStarted.StreamOf(part.SweepId),
                new SweepPartFinished(part.SweepId, part.Part, outcomes, deliveriesBefore + 1, clock.GetUtcNow()));
            await SaveAsync(session, part, cancellationToken);
            sweep = (await sweeps.FindAsync(part.SweepId, cancellationToken))!;
        }

        if (sweep.Done == sweep.Combinations) await end.FinishAsync(sweep, cancellationToken);
    }

    // On a thread of its own: those of the pool answer requests meanwhile.
    private static Task<SweepOutcome[]> RunAsync(SweepWork work, RunSweepPart part, CancellationToken cancellationToken) => Task.Factory.StartNew(
        () => Enumerable.Range(part.From, part.Count).Select(i => Sweep.RunOne(work.Bars, work.Plan, i, cancellationToken)).ToArray(),
        cancellationToken,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private static async Task SaveAsync(EventSession session, RunSweepPart part, CancellationToken cancellationToken)
    {
        try
        {
            await session.SaveChangesAsync(cancellationToken);
        }
        catch (MessageAlreadyReceivedException)
        {
            // Two had it, as when the broker lost sight of one; the other was first.
        }
        catch (EventTooLargeException e)
        {
            throw new SweepBrokenException("part_too_large", $"Combinations {part.From} to {part.From + part.Count - 1}: {e.Message}");
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Part {Part} of sweep {SweepId} cannot be run; trying it again in {Seconds} s.")]
    private partial void LogWaiting(Exception exception, int part, string sweepId, double seconds);
}
