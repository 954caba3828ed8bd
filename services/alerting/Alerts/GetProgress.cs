using AlgoStack.Alerting.Rules;
using AlgoStack.Contracts.Alerts;
using AlgoStack.EventStore.Streams;
using Npgsql;

namespace AlgoStack.Alerting.Alerts;

/// <summary>
/// <c>GET /sessions/{id}/progress</c>. Settled says that nothing of the session waits for a channel; that everything was
/// heard is told by comparing the position with that of broker-routing.
/// </summary>
public static class GetProgress
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/sessions/{sessionId}/progress", ReadAsync);

    private static async Task<AlertingProgress> ReadAsync(
        string sessionId, EventLog log, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        // The position first: what is counted after it includes all that was told up to it.
        var position = await TellOrders.LastPositionAsync(log.OpenSession(), partition: 0, cancellationToken);
        await using var command = database.CreateCommand(
            """
            select count(*), count(*) filter (where state = 'delivered'), count(*) filter (where state = 'failed')
            from alerts
            where session_id = $1
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = sessionId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var (raised, delivered, failed) = (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
        return new AlertingProgress(sessionId, position, raised == delivered + failed, raised, delivered, failed);
    }
}
