using AlgoStack.EventStore.Projections;
using AlgoStack.EventStore.Streams;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.Signal.Signals;

/// <summary>Every signal as a row, to be asked for by session, strategy or instrument.</summary>
public sealed class SignalLog : Projection
{
    public override string Name => "signal_log";

    public override IReadOnlyList<string> Tables => ["signals"];

    public override async Task ApplyAsync(
        IReadOnlyList<StoredEvent> events, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var batches = events.Where(e => e.Data is BatchEvaluated { Signals.Count: > 0 }).ToList();
        if (batches.Count == 0) return;

        await using var copy = await connection.BeginBinaryImportAsync(
            """
            copy signals (session_id, signal_id, seq_id, position, strategy, instrument, closed_at, direction, score, signal)
            from stdin (format binary)
            """,
            cancellationToken);
        foreach (var stored in batches)
        {
            var batch = (BatchEvaluated)stored.Data;
            for (var i = 0; i < batch.Signals.Count; i++)
            {
                var signal = batch.Signals[i];
                await copy.StartRowAsync(cancellationToken);
                await copy.WriteAsync(batch.SessionId, cancellationToken);
                await copy.WriteAsync(signal.Id, cancellationToken);
                await copy.WriteAsync(stored.Sequence, cancellationToken);
                await copy.WriteAsync(i, cancellationToken);
                await copy.WriteAsync(signal.Strategy, cancellationToken);
                await copy.WriteAsync(signal.Instrument, cancellationToken);
                await copy.WriteAsync(DateTimeOffset.FromUnixTimeMilliseconds(signal.CloseMs), cancellationToken);
                await copy.WriteAsync(signal.Direction, cancellationToken);
                await copy.WriteAsync(signal.Score, cancellationToken);
                await copy.WriteAsync(SignalJson.Write(signal), NpgsqlDbType.Jsonb, cancellationToken);
            }
        }

        await copy.CompleteAsync(cancellationToken);
    }
}
