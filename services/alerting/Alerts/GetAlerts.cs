using AlgoStack.Alerting.Channels.Inbox;
using AlgoStack.Contracts.Alerts;
using AlgoStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.Alerting.Alerts;

/// <summary>
/// <c>GET /alerts?session=&amp;severity=&amp;limit=&amp;after=</c>: the inbox, newest first, of each severity that is named or of all;
/// <c>GET /alerts/{id}</c>: one of it.
/// </summary>
public static class GetAlerts
{
    private const int DefaultLimit = 100;
    private const int MostRows = 1_000;

    private const string Columns = "alert_id, severity, rule, title, text, session_id, raised_at, attempts, state";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/alerts", ListAsync).ProducesProblem(StatusCodes.Status400BadRequest);
        routes.MapGet("/alerts/{alertId}", FindAsync).ProducesProblem(StatusCodes.Status404NotFound);
    }

    /// <param name="after">The alert that the page before this one ended with.</param>
    private static async Task<Results<Ok<IReadOnlyList<AlertView>>, ProblemHttpResult>> ListAsync(
        NpgsqlDataSource database, string? session, [FromQuery] string[]? severity, int? limit, string? after, CancellationToken cancellationToken)
    {
        if (severity?.FirstOrDefault(name => Severities.Parse(name) is null) is { } unknown)
            return Problem.Invalid("unknown_severity", $"Severity: expected {Severities.Spelled}, found '{AlertText.Title(unknown)}'.");

        await using var command = database.CreateCommand(
            $"""
            select {Columns} from alerts
            where ($1::text is null or session_id = $1)
              and ($2::text is null or seq_id < (select seq_id from alerts where alert_id = $2))
              and ($3::text[] is null or severity = any($3))
            order by seq_id desc
            limit $4
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)session ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)after ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = severity is { Length: > 0 } ? severity : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Math.Clamp(limit ?? DefaultLimit, 1, MostRows) });
        return TypedResults.Ok(await ReadAsync(command, cancellationToken));
    }

    private static async Task<Results<Ok<AlertView>, ProblemHttpResult>> FindAsync(
        NpgsqlDataSource database, string alertId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {Columns} from alerts where alert_id = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = alertId });
        var found = await ReadAsync(command, cancellationToken);
        return found is [var alert] ? TypedResults.Ok(alert) : Problem.NotFound("alert_not_found", $"There is no alert {AlertText.Title(alertId)}.");
    }

    private static async Task<IReadOnlyList<AlertView>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var alerts = new List<AlertView>();
        while (await reader.ReadAsync(cancellationToken))
        {
            alerts.Add(new AlertView(
                reader.GetString(0),
                reader.GetString(1),
                reader.GetString(2),
                reader.GetString(3),
                reader.GetString(4),
                reader.IsDBNull(5) ? null : reader.GetString(5),
                reader.GetFieldValue<DateTimeOffset>(6),
                InboxTable.ReadAttempts(reader.GetString(7)),
                reader.GetString(8)));
        }

        return alerts;
    }
}
