using System.Collections.Concurrent;
using AlgoStack.Alerting.Alerts;
using AlgoStack.Contracts.Signals;
using AlgoStack.EventStore.Streams;
using MassTransit;

namespace AlgoStack.Alerting.Rules;

/// <summary>Tells the signals of every batch, in order; a batch with none to tell costs nothing.</summary>
public sealed class TellSignals(HeardBatches heard, RaisedAlerts alerts, RuleOptions rules, EventLog log, SignalClient signal)
    : IConsumer<BarsEvaluated>
{
    private const string Consumer = "tell-signals";

    public async Task Consume(ConsumeContext<BarsEvaluated> context)
    {
        var batch = context.Message;
        var cancellationToken = context.CancellationToken;
        var last = heard.Last(batch.SessionId, batch.Partition)
            ?? await log.OpenSession().LastSequenceAsync(Consumer, batch.SessionId, batch.Partition, cancellationToken);

        // What the bus skipped, signal knows. After a restart this goes back to the last batch that was told of.
        if (batch.Sequence > last + 1)
        {
            var missing = signal.GetEvaluationsAsync(batch.SessionId, batch.Partition, last + 1, batch.Sequence - 1, cancellationToken);
            await foreach (var missed in missing) await TellAsync(missed, cancellationToken);
        }

        if (batch.Sequence > last) await TellAsync(batch, cancellationToken);
    }

    private async Task TellAsync(BarsEvaluated batch, CancellationToken cancellationToken)
    {
        if (SignalRule.On(batch, rules.LeastScore) is { } draft)
        {
            var session = log.OpenSession();
            var last = await session.LastSequenceAsync(Consumer, batch.SessionId, batch.Partition, cancellationToken);
            if (batch.Sequence > last)
            {
                await alerts.AddAsync(session, [draft], cancellationToken);
                session.AdvanceSequence(Consumer, batch.SessionId, batch.Partition, last, batch.Sequence);
                await session.SaveChangesAsync(cancellationToken);
            }
        }

        heard.Note(batch.SessionId, batch.Partition, batch.Sequence);
    }
}

/// <summary>The last batch of each session that went through here, told of or not. In memory: what is committed is the truth.</summary>
public sealed class HeardBatches
{
    private readonly ConcurrentDictionary<(string SessionId, int Partition), long> _last = new();

    public long? Last(string sessionId, int partition) => _last.TryGetValue((sessionId, partition), out var last) ? last : null;

    public void Note(string sessionId, int partition, long sequence) => _last[(sessionId, partition)] = sequence;
}
