using AlgoStack.Contracts.Orders;
using AlgoStack.EventStore.Streams;
using AlgoStack.EventStore.Subscriptions;
using AlgoStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace AlgoStack.BrokerRouting.Portfolios;

/// <summary>
/// <c>GET /sessions/{id}/progress</c>: how far routing has come, and whether what follows the log shows all of it.
/// <c>GET /sessions/{id}/controls</c>: the halts and resumes that took hold of the session, for who replays it.
/// </summary>
public static class GetProgress
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/sessions/{id}/progress", ReadAsync)
            .WithName("GetProgress")
            .WithSummary("How far routing of a session has come.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapGet("/sessions/{id}/controls", ReadControlsAsync).WithName("GetControls").WithSummary("The halts and resumes that took hold of a session.");
    }

    private static async Task<Results<Ok<RoutingProgress>, ProblemHttpResult>> ReadAsync(
        string id, NpgsqlDataSource database, EventDaemon daemon, CancellationToken cancellationToken)
    {
        var (newest, newestOfOrders) = await NewestAsync(database, cancellationToken);
        await using var command = database.CreateCommand(
            """
            select account, last_sequence, ended, signals, intents, denied, fills, balances, order_list_hash, first_fill_at, last_commit_at
            from accounts where session_id = $1
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) return Problem.NotFound("session_not_found", $"Session {id} has not been routed yet.");

        return TypedResults.Ok(new RoutingProgress(
            id,
            reader.GetString(0),
            reader.GetInt64(1),
            reader.GetBoolean(2),
            daemon.HasHandled(newest),
            reader.GetInt64(3),
            reader.GetInt64(4),
            reader.GetInt64(5),
            reader.GetInt64(6),
            GetPortfolio.ReadBalances(reader.GetString(7)),
            reader.GetString(8),
            reader.IsDBNull(9) ? null : reader.GetFieldValue<DateTimeOffset>(9),
            reader.GetFieldValue<DateTimeOffset>(10),
            newestOfOrders));
    }

    private static async Task<(long Event, long? OrderEvent)> NewestAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select coalesce(max(seq_id), 0), (select seq_id from mt_events where starts_with(type, 'order_') order by seq_id desc limit 1)
            from mt_events
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.IsDBNull(1) ? null : reader.GetInt64(1));
    }

    private static async Task<IReadOnlyList<SessionControl>> ReadControlsAsync(string id, EventLog log, CancellationToken cancellationToken)
    {
        var account = AccountMarked.StreamOf(Orders.SessionBook.AccountOf(id));
        var events = await log.OpenSession().FetchStreamAsync(account, cancellationToken: cancellationToken);
        return
        [
            .. events.Select(e => e.Data).OfType<TradingControlled>()
                .Select(c => new SessionControl(KindOf(c.State), c.AfterSequence, c.Reason)),
        ];
    }

    private static string KindOf(string state) => state switch
    {
        "Halted" => "halt",
        "Reducing" => "reduce",
        _ => "resume",
    };
}
