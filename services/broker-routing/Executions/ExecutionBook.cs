using System.Text.Json;
using AlgoStack.BrokerRouting.Orders;
using AlgoStack.EventStore.Projections;
using AlgoStack.EventStore.Streams;
using AlgoStack.Trading.Executions;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.BrokerRouting.Executions;

/// <summary>Every parent order with what became of it; what its slices have traded is in the blotter.</summary>
public sealed class ExecutionBook : Projection
{
    public override string Name => "execution_book";

    public override IReadOnlyList<string> Tables => ["executions"];

    public override async Task ApplyAsync(
        IReadOnlyList<StoredEvent> events, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var stored in events)
        {
            if (stored.Data is ExecutionEvent e) batch.BatchCommands.Add(Change(e, stored.Sequence));
        }

        if (batch.BatchCommands.Count > 0) await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlBatchCommand Change(ExecutionEvent e, long sequence)
    {
        var command = new NpgsqlBatchCommand(e switch
        {
            ExecutionRequested => "insert into executions (execution_id, requested, account, requested_seq) values ($1, $2, $3, $4)",
            ExecutionStopped => "update executions set stopped = $2 where execution_id = $1",
            ExecutionEnded => "update executions set ended = $2 where execution_id = $1",
            _ => throw new InvalidOperationException($"Execution {e.ExecutionId}: the book does not know {e.GetType().Name}."),
        });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = e.ExecutionId });
        command.Parameters.Add(new NpgsqlParameter { Value = JsonSerializer.Serialize(e, e.GetType(), StoredJson.Options), NpgsqlDbType = NpgsqlDbType.Jsonb });
        if (e is not ExecutionRequested) return command;

        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = e.Account });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = sequence });
        return command;
    }
}
