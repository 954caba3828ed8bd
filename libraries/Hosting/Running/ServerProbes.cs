using System.Net.Sockets;
using Npgsql;

namespace Aspire.Hosting.Running;

/// <summary>Asks servers whether they really serve. Null is yes, else the reason.</summary>
internal static class ServerProbes
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    // What a client says first in AMQP 0-9-1; a server that is up answers with a method frame (type 1).
    private static readonly byte[] ProtocolHeader = [(byte)'A', (byte)'M', (byte)'Q', (byte)'P', 0, 0, 9, 1];
    private const byte MethodFrame = 1;

    public static async Task<string?> PostgresAsync(string connectionString, CancellationToken cancellationToken)
    {
        try
        {
            await ExecuteAsync(connectionString, "select 1", cancellationToken);
            return null;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            return e.Message;
        }
    }

    public static async Task EnsureDatabaseAsync(string connectionString, string database, CancellationToken cancellationToken)
    {
        try
        {
            await ExecuteAsync(connectionString, $"create database \"{database.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", cancellationToken);
        }
        catch (PostgresException e) when (string.Equals(e.SqlState, PostgresErrorCodes.DuplicateDatabase, StringComparison.Ordinal))
        {
            // From an earlier run.
        }
    }

    public static async Task<string?> RabbitMQAsync(Uri server, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeout);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(server.Host, server.Port, timeout.Token);
            // Behind TLS the greeting comes after the handshake; that the port answers must do.
            if (string.Equals(server.Scheme, "amqps", StringComparison.OrdinalIgnoreCase)) return null;

            var stream = client.GetStream();
            await stream.WriteAsync(ProtocolHeader, timeout.Token);
            var answer = new byte[1];
            var read = await stream.ReadAsync(answer, timeout.Token);
            return read == 1 && answer[0] == MethodFrame ? null : $"port {server.Port} of {server.Host} answers, but not in AMQP 0-9-1";
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return e.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"no answer within {Timeout.TotalSeconds} s";
        }
    }

    private static async Task ExecuteAsync(string connectionString, string sql, CancellationToken cancellationToken)
    {
        var once = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, Timeout = (int)Timeout.TotalSeconds };
        once.Database ??= "postgres";
        await using var connection = new NpgsqlConnection(once.ConnectionString);
        await connection.OpenAsync(cancellationToken);
#pragma warning disable CA2100 // The only name that is not a constant is quoted above.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
