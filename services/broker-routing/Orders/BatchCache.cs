using System.Collections.Concurrent;
using AlgoStack.BrokerRouting.Accounts;
using AlgoStack.BrokerRouting.Brokers.Paper;
using AlgoStack.Contracts.MarketData;
using AlgoStack.ServiceDefaults.Clients;
using MassTransit;

namespace AlgoStack.BrokerRouting.Orders;

/// <summary>
/// The newest batches of bars that came by the bus, which their evaluations are about. Only a shortcut: what is not here,
/// after a restart or because routing fell behind, is read from the tape.
/// </summary>
public sealed class BatchCache(TapeClient tape)
{
    /// <summary>About 15 MB of the largest batches.</summary>
    public const int MostBatches = 128;

    private readonly ConcurrentDictionary<(string SessionId, int Partition, long Sequence), BarsClosed> _batches = [];
    private readonly ConcurrentQueue<(string SessionId, int Partition, long Sequence)> _byAge = [];

    public void Add(BarsClosed batch)
    {
        var key = (batch.SessionId, batch.Partition, batch.Sequence);
        if (_batches.TryAdd(key, batch)) _byAge.Enqueue(key);
        while (_byAge.Count > MostBatches && _byAge.TryDequeue(out var oldest)) _batches.TryRemove(oldest, out _);
    }

    /// <summary>The batch, from here or from the tape.</summary>
    public async Task<BarsClosed> FindAsync(string sessionId, int partition, long sequence, CancellationToken cancellationToken) =>
        _batches.TryGetValue((sessionId, partition, sequence), out var batch)
            ? batch
            : await tape.GetBatchAsync(sessionId, partition, sequence, cancellationToken);
}

/// <summary>Keeps batches at hand for the evaluation that follows them, and tells accounts at venues the prices and those on paper the bars.</summary>
public sealed class RememberBars(BatchCache cache, AccountDesks desks, PaperVenues paper) : IConsumer<BarsClosed>
{
    public async Task Consume(ConsumeContext<BarsClosed> context)
    {
        cache.Add(context.Message);
        desks.Mark(context.Message);
        await paper.PassAsync(context.Message, context.CancellationToken);
    }
}
