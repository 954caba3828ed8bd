using AlgoStack.Contracts.MarketData;
using AlgoStack.EventStore.Streams;
using AlgoStack.ServiceDefaults.Clients;
using AlgoStack.Signal.Strategies;
using MassTransit;

namespace AlgoStack.Signal.Signals;

/// <summary>Puts every batch of bars through the strategies, in order, and appends what came of it.</summary>
public sealed class EvaluateBars(SessionEngines engines, EventLog log, TapeClient tape, LatestSignals latest, TimeProvider clock) : IConsumer<BarsClosed>
{
    private const string Consumer = "evaluate-bars";

    public async Task Consume(ConsumeContext<BarsClosed> context)
    {
        var received = clock.GetTimestamp();
        var batch = context.Message;
        var last = await log.OpenSession().LastSequenceAsync(Consumer, batch.SessionId, batch.Partition, context.CancellationToken);

        // The bus is the doorbell: what it skipped is on the tape.
        for (var missing = last + 1; missing < batch.Sequence; missing++)
        {
            await EvaluateAsync(
                await tape.GetBatchAsync(batch.SessionId, batch.Partition, missing, context.CancellationToken), received, context.CancellationToken);
        }

        if (batch.Sequence > last) await EvaluateAsync(batch, received, context.CancellationToken);
    }

    private async Task EvaluateAsync(BarsClosed batch, long received, CancellationToken cancellationToken)
    {
        var engine = await engines.ForAsync(batch, cancellationToken);
        var evaluated = engine.Evaluate(batch, () => clock.GetElapsedTime(received).TotalMilliseconds);

        var session = log.OpenSession();
        if (batch.Sequence == 1)
        {
            session.StartStream(
                StrategiesChosen.StreamOf(batch.SessionId, batch.Partition), new StrategiesChosen(batch.SessionId, batch.Partition, engine.Strategies));
        }

        session.Append(BatchEvaluated.StreamOf(batch.SessionId, batch.Partition), batch.Sequence - 1, [evaluated]);
        session.AdvanceSequence(Consumer, batch.SessionId, batch.Partition, batch.Sequence - 1, batch.Sequence);
        await session.SaveChangesAsync(cancellationToken);
        if (evaluated.Signals.Count > 0) latest.Forget();
        engines.TellRunning();
    }
}
