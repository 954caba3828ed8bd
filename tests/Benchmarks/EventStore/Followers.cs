using AlgoStack.EventStore.Projections;
using AlgoStack.EventStore.Streams;
using Npgsql;

namespace AlgoStack.Benchmarks.EventStore;

/// <summary>Reads everything, writes nothing. Each one made starts at the beginning of the log.</summary>
internal sealed class NoOp : Projection
{
    private static int made;

    public override string Name { get; } = $"NoOp{Interlocked.Increment(ref made)}";

    public override IReadOnlyList<string> Tables => [];

    public override Task ApplyAsync(
        IReadOnlyList<StoredEvent> events, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        Task.CompletedTask;
}

/// <summary>One row a stream.</summary>
internal sealed class BarTotals : SingleStreamProjection<BarCount>
{
    public override string Name => "bar_totals";

    public override BarCount Evolve(BarCount? snapshot, StoredEvent e) => (snapshot ?? new BarCount(0, 0)).With((BarRecorded)e.Data);
}
