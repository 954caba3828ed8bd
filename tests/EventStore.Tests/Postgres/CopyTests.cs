using AlgoStack.Postgres;
using AlgoStack.Testing;
using FluentAssertions;
using Npgsql;
using Xunit;

namespace AlgoStack.EventStore.Tests.Postgres;

public sealed class CopyTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    private const string Table =
        """
        create temporary table rows (
            number bigint, small int, flag boolean, id uuid, name text, price double precision, at timestamptz, data jsonb)
        """;

    private const string CopyIn = "copy rows from stdin (format binary)";
    private const string CopyOut = "copy (select * from rows order by number) to stdout (format binary)";

    [Fact]
    public async Task Rows_copied_in_come_out_as_they_were()
    {
        await using var connection = await ConnectAsync();
        var id = Guid.NewGuid();
        var at = new DateTimeOffset(2026, 11, 22, 9, 30, 0, TimeSpan.FromHours(2)).AddMicroseconds(7);
        // Longer than any buffer to begin with.
        var name = string.Concat(Enumerable.Repeat("Ж🙂", 40_000));
        const int rows = 3_000;
        await using (var copy = await CopyWriter.BeginAsync(connection, CopyIn, default))
        {
            for (var row = 0; row < rows; row++)
            {
                await copy.StartRowAsync(8, default);
                copy.Write(long.MinValue + row);
                copy.Write(-row);
                copy.Write(row % 2 == 0);
                copy.Write(id);
                if (row == 1) copy.WriteNull();
                else copy.Write(row == 2 ? name : "");
                copy.Write(-0.1 * row);
                copy.WriteTimestamp(at.ToUnixTimeMilliseconds() * 1_000 + 7);
                copy.WriteJsonb("""{"a":[1,"Ж"]}"""u8);
            }

            await copy.CompleteAsync(default);
        }

        await using var back = await CopyReader.BeginAsync(connection, CopyOut, default);
        for (var row = 0; row < rows; row++)
        {
            (await back.ReadAsync(default)).Should().BeTrue();
            back.Int64(0).Should().Be(long.MinValue + row);
            back.Int32(1).Should().Be(-row);
            back.Boolean(2).Should().Be(row % 2 == 0);
            back.Guid(3).Should().Be(id);
            back.TextOrNull(4).Should().Be(row switch { 1 => null, 2 => name, _ => "" });
            back.Double(5).Should().Be(-0.1 * row);
            back.Timestamp(6).Should().Be(at);
            back.Json(7).SequenceEqual("""{"a": [1, "Ж"]}"""u8).Should().BeTrue();
        }

        (await back.ReadAsync(default)).Should().BeFalse();
    }

    [Fact]
    public async Task A_copy_that_is_not_completed_leaves_nothing_and_a_connection_of_use()
    {
        await using var connection = await ConnectAsync();
        await using (var copy = await CopyWriter.BeginAsync(connection, "copy rows (number) from stdin (format binary)", default))
        {
            await copy.StartRowAsync(1, default);
            copy.Write(1L);
        }

        await using var count = new NpgsqlCommand("select count(*) from rows", connection);
        (await count.ExecuteScalarAsync()).Should().Be(0L);
    }

    [Fact]
    public async Task A_connection_that_ends_within_a_copy_is_what_the_writer_hears_of()
    {
        await using var connection = await ConnectAsync();
        await using var other = await ConnectAsync();
        var writing = async () =>
        {
            await using var copy = await CopyWriter.BeginAsync(connection, "copy rows (number) from stdin (format binary)", default);
            await using var kill = new NpgsqlCommand($"select pg_terminate_backend({connection.ProcessID})", other);
            await kill.ExecuteNonQueryAsync();
            for (var row = 0L; row < 1_000_000; row++)
            {
                await copy.StartRowAsync(1, default);
                copy.Write(row);
            }

            await copy.CompleteAsync(default);
        };

        await writing.Should().ThrowAsync<NpgsqlException>();
    }

    [Fact]
    public async Task A_reader_may_leave_before_the_end()
    {
        await using var connection = await ConnectAsync();
        await using (var copy = await CopyReader.BeginAsync(connection, "copy (select generate_series(1, 100000)) to stdout (format binary)", default))
        {
            (await copy.ReadAsync(default)).Should().BeTrue();
            copy.Int32(0).Should().Be(1);
        }

        await using var one = new NpgsqlCommand("select 1", connection);
        (await one.ExecuteScalarAsync()).Should().Be(1);
    }

    [Fact]
    public async Task A_server_that_fails_within_a_copy_is_heard()
    {
        await using var connection = await ConnectAsync();
        await using var copy = await CopyReader.BeginAsync(
            connection, "copy (select 4 / (3 - n) from generate_series(1, 5) as n) to stdout (format binary)", default);
        var reading = async () =>
        {
            while (await copy.ReadAsync(default)) copy.Int32(0).Should().BePositive();
        };
        (await reading.Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be(PostgresErrorCodes.DivisionByZero);
    }

    private async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(await servers.CreateSchemaDatabaseAsync());
        await connection.OpenAsync();
        await using var create = new NpgsqlCommand(Table, connection);
        await create.ExecuteNonQueryAsync();
        return connection;
    }
}
