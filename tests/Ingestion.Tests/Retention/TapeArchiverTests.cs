using AlgoStack.Contracts.MarketData;
using AlgoStack.Ingestion.Retention;
using AlgoStack.Ingestion.Tape;
using AlgoStack.Ingestion.Tape.Kinds;
using AlgoStack.Postgres;
using AlgoStack.Postgres.Archives;
using AlgoStack.Testing;
using AlgoStack.Trading.MarketData;
using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace AlgoStack.Ingestion.Tests.Retention;

public sealed class TapeArchiverTests(ServerFixture servers) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private static readonly DateOnly January = new(2001, 1, 1);
    private static readonly DateOnly February = new(2001, 2, 1);
    private static readonly DateOnly May = new(2002, 5, 1);

    private readonly string _path = Directory.CreateTempSubdirectory("algostack-archives-").FullName;
    private readonly LaterClock _clock = new(TapeArchiver.Quiet + TimeSpan.FromDays(1));
    private ServiceDatabase _service = null!;
    private NpgsqlDataSource _database = null!;
    private ArchiveFolder _archives = null!;
    private TapeMonths _months = null!;
    private TapeArchiver _archiver = null!;

    public async Task InitializeAsync()
    {
        _service = new ServiceDatabase(await servers.CreateSchemaDatabaseAsync(), "ingestion", "test");
        await new Migrator(_service, NullLogger<Migrator>.Instance).MigrateAsync(
            [new MigrationSource("service", typeof(TapeMonths).Assembly, "Schema")], CancellationToken.None);
        _database = _service.CreateDataSource();
        _archives = new ArchiveFolder(_path, _clock);
        _months = new TapeMonths(_database, _service, _archives, _clock, NullLogger<TapeMonths>.Instance);
        _archiver = new TapeArchiver(_months, _archives, new RetentionOptions(), _clock, NullLogger<TapeArchiver>.Instance);
        await new TapeMonths(_database, _service, _archives, TimeProvider.System, NullLogger<TapeMonths>.Instance)
            .OpenAsync("bars", [January, February], CancellationToken.None);
        await InsertAsync(January, 20_000);
        await InsertAsync(February, 1_000);
    }

    [Fact]
    public async Task A_month_past_its_time_leaves_the_tape_and_comes_back_as_it_was()
    {
        var before = await ContentAsync("bars");

        (await _archiver.RunAsync(CancellationToken.None)).Should().Equal("bars_200101_1", "bars_200102_1");

        (await ContentAsync("bars")).Should().Be((0, null));
        (await ScalarAsync<bool>("select to_regclass('bars_200101') is null")).Should().BeTrue();
        var manifest = await _archives.ManifestAsync("bars_200101_1", CancellationToken.None);
        manifest.Rows.Should().Be(20_000);
        manifest.Schema.Should().Contain("service", await ScalarAsync<int>("select max(number) from migrations"));

        await _months.OpenAsync("bars", [January, February], CancellationToken.None);
        (await ContentAsync("bars")).Should().Be(before);
        (await ScalarAsync<long>("select count(*) from pg_inherits where inhparent = 'bars'::regclass")).Should().Be(2);
        (await new SchemaDrift(_service, [new MigrationSource("service", typeof(TapeMonths).Assembly, "Schema")]).FindAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_month_stays_for_as_long_as_its_kind_is_kept_and_while_it_is_new_on_the_tape()
    {
        var now = DateOnly.FromDateTime(_clock.GetUtcNow().UtcDateTime);
        DateOnly Ago(int months) => new DateOnly(now.Year, now.Month, 1).AddMonths(-months);
        await _months.OpenAsync("bars", [Ago(60), Ago(61)], CancellationToken.None);
        await ExecuteAsync($"update tape_months set opened_at = now() + interval '2 days' where month = '{February:yyyy-MM-dd}'");
        await ExecuteAsync($"update tape_months set opened_at = now() where month in ('{Ago(60):yyyy-MM-dd}', '{Ago(61):yyyy-MM-dd}')");

        (await _archiver.RunAsync(CancellationToken.None)).Should().Equal("bars_200101_1", $"bars_{Ago(61):yyyyMM}_1");
    }

    [Fact]
    public async Task What_came_late_goes_into_a_later_part_that_holds_all()
    {
        await _archiver.ArchiveAsync("bars", January, CancellationToken.None);
        await _months.OpenAsync("bars", [January], CancellationToken.None);
        await InsertAsync(January, 5);
        var before = await ContentAsync("bars_200101");

        (await _archiver.ArchiveAsync("bars", January, CancellationToken.None)).Should().Be("bars_200101_2");

        Directory.GetFiles(_path).Select(Path.GetFileName).Should().BeEquivalentTo("bars_200101_2.csv.gz", "bars_200101_2.json");
        await _months.OpenAsync("bars", [January], CancellationToken.None);
        (await ContentAsync("bars_200101")).Should().Be(before);
    }

    [Fact]
    public async Task Writers_go_on_while_a_reader_holds_a_leaving_month_up()
    {
        await using var reader = await _database.OpenConnectionAsync();
        var reading = await reader.BeginTransactionAsync();
        await using (var read = new NpgsqlCommand("select count(*) from bars", reader)) await read.ExecuteScalarAsync();

        var archiving = _archiver.ArchiveAsync("bars", January, CancellationToken.None);
        await Eventually.True(
            async () => await ScalarAsync<bool>("select coalesce(bool_or(inhdetachpending), false) from pg_inherits where inhparent = 'bars'::regclass"),
            what: "the month is being taken off");
        var longest = TimeSpan.Zero;
        for (var write = 0; write < 40; write++)
        {
            var started = TimeProvider.System.GetTimestamp();
            await InsertAsync(February, 10);
            var took = TimeProvider.System.GetElapsedTime(started);
            if (took > longest) longest = took;
        }

        // A month that is new to the tape waits for its lock at most as long as the detachment tries to have its own.
        await _months.OpenAsync("bars", [new DateOnly(2001, 3, 1)], CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
        archiving.IsCompleted.Should().BeFalse();
        longest.Should().BeLessThan(TimeSpan.FromSeconds(1));

        await reading.CommitAsync();
        (await archiving.WaitAsync(Eventually.DefaultTimeout)).Should().Be("bars_200101_1");
        (await ScalarAsync<long>("select count(*) from bars")).Should().Be(1_400);
    }

    [Fact]
    public async Task Who_writes_to_a_leaving_month_keeps_it_on_the_tape()
    {
        await using var writer = await _database.OpenConnectionAsync();
        var writing = await writer.BeginTransactionAsync();
        await using (var share = new NpgsqlCommand("select state from tape_months where month = '2001-01-01' for share", writer))
            await share.ExecuteScalarAsync();

        // The archive waits for the writer, who was first.
        var archiving = _archiver.ArchiveAsync("bars", January, CancellationToken.None);
        await Eventually.True(
            async () => await ScalarAsync<bool>("select exists (select from pg_locks where not granted)"), what: "the archive waits");
        await writing.CommitAsync();
        (await archiving).Should().Be("bars_200101_1");

        // A month that leaves when its archive breaks off is the writer's again.
        await ExecuteAsync("update tape_months set state = 'leaving' where month = '2001-02-01'");
        await _months.OpenAsync("bars", [February], CancellationToken.None);
        (await ScalarAsync<string>("select state from tape_months where month = '2001-02-01'")).Should().Be("open");
    }

    [Theory]
    [InlineData("closed")]
    [InlineData("written")]
    [InlineData("handed over")]
    [InlineData("detaching")]
    [InlineData("detached")]
    public async Task Broken_off_anywhere_it_goes_on_and_loses_nothing(string after)
    {
        var before = await ContentAsync("bars_200101");
        await ExecuteAsync("update tape_months set state = 'leaving', part = 1 where month = '2001-01-01'");
        if (after != "closed")
        {
            await using var connection = await _database.OpenConnectionAsync();
            var manifest = await _archives.WriteAsync(connection, "bars_200101_1", "bars", "bars_200101", "closed_at", CancellationToken.None);
            if (after != "written")
                await ExecuteAsync($"update tape_months set state = 'archived', manifest = '{manifest.ToJson()}' where month = '2001-01-01'");
        }

        if (after == "detaching") await BreakDetachmentOffAsync();
        if (after == "detached") await ExecuteAsync("alter table bars detach partition bars_200101 concurrently");

        (await _archiver.RunAsync(CancellationToken.None)).Should().HaveCount(2);
        (await ScalarAsync<bool>("select to_regclass('bars_200101') is null")).Should().BeTrue();
        await _months.OpenAsync("bars", [January], CancellationToken.None);
        (await ContentAsync("bars_200101")).Should().Be(before);
        (await _archiver.RunAsync(CancellationToken.None)).Should().BeEmpty("nothing is left to finish, and what came back stays a while");
    }

    [Fact]
    public async Task Rows_are_read_where_they_are_archived_as_they_were_on_the_tape()
    {
        await InsertAsync(January, 100);
        var whole = new TapeRange([3, 5], 60, long.MinValue, long.MaxValue, AllVintages: true);
        var at = new DateTimeOffset(2001, 1, 1, 0, 40, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        var part = new TapeRange([4], 60, at, at + 60_000, Revision: 19_000);
        var (wholeBefore, partBefore) = (await ReadAsync(whole), await ReadAsync(part));
        (wholeBefore.Count, partBefore.Count).Should().Be((6_000, 8));

        await _archiver.ArchiveAsync("bars", January, CancellationToken.None);

        (await ScalarAsync<long>("select count(*) from bars")).Should().Be(1_000);
        (await ReadAsync(whole)).Should().BeEquivalentTo(wholeBefore, o => o.WithStrictOrdering());
        (await ReadAsync(part)).Should().BeEquivalentTo(partBefore, o => o.WithStrictOrdering());
    }

    [Fact]
    public async Task Rows_that_are_archived_are_not_written_again_and_a_changed_one_brings_its_month_back()
    {
        var writer = new TapeWriter(_database, _months, _clock);
        (await WriteAsync(writer, 0, 3_000, 1.5)).Rows.Should().Be(3_000);
        await _archiver.ArchiveAsync("bars", May, CancellationToken.None);

        // Cut otherwise, so that days overlap and are compared row by row.
        (await WriteAsync(writer, 700, 1_500, 1.5)).Rows.Should().Be(0);
        (await ScalarAsync<string>("select state from tape_months where month = '2002-05-01'")).Should().Be("archived");

        (await WriteAsync(writer, 2_999, 2, 1.75)).Rows.Should().Be(2);
        (await ScalarAsync<string>("select state from tape_months where month = '2002-05-01'")).Should().Be("open");
        (await ScalarAsync<long>("select count(*) from bars_200205")).Should().Be(3_002);
        (await ScalarAsync<long>("select sum(bars) from ledger where day >= '2002-05-01'")).Should().Be(3_001);
    }

    [Fact]
    public async Task A_damaged_archive_leaves_its_month_archived()
    {
        await _archiver.ArchiveAsync("bars", January, CancellationToken.None);
        File.WriteAllBytes(Path.Combine(_path, "bars_200101_1.csv.gz"), [1, 2, 3]);

        var open = () => _months.OpenAsync("bars", [January], CancellationToken.None);

        (await open.Should().ThrowAsync<ArchiveException>()).WithMessage("Archive bars_200101_1: expected * bytes, found 3.");
        (await ScalarAsync<string>("select state from tape_months where month = '2001-01-01'")).Should().Be("archived");
        (await ScalarAsync<bool>("select to_regclass('bars_200101') is null")).Should().BeTrue();
    }

    public async Task DisposeAsync()
    {
        await _database.DisposeAsync();
        Directory.Delete(_path, recursive: true);
    }

    private async Task BreakDetachmentOffAsync()
    {
        await using var reader = await _database.OpenConnectionAsync();
        await using var reading = await reader.BeginTransactionAsync();
        await using (var read = new NpgsqlCommand("select count(*) from bars", reader)) await read.ExecuteScalarAsync();
        await using var owner = _service.CreateConnection();
        await owner.OpenAsync();
        await using (var patience = new NpgsqlCommand("set lock_timeout = '100ms'", owner)) await patience.ExecuteNonQueryAsync();
        await using var detach = new NpgsqlCommand("alter table bars detach partition bars_200101 concurrently", owner);
        await detach.Awaiting(d => d.ExecuteNonQueryAsync()).Should().ThrowAsync<PostgresException>();
    }

    /// <summary>Minutes of May.</summary>
    private static Task<TapeWrite> WriteAsync(TapeWriter writer, int from, int count, double price)
    {
        var start = new DateTimeOffset(May.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).ToUnixTimeMilliseconds();
        var times = Enumerable.Range(from, count).Select(minute => start + minute * 60_000L).ToArray();
        var prices = Enumerable.Repeat(price, count).ToArray();
        var rows = Bars.Rows(new BarColumns(["A"], new int[count], times, prices, prices, prices, prices, prices), Timeframe.Minute, [9]);
        return writer.WriteAsync(
            rows, record: true, durable: true, _ => Task.FromResult<IReadOnlyList<NpgsqlBatchCommand>>([]), CancellationToken.None);
    }

    private async Task<TapeRows> ReadAsync(TapeRange range)
    {
        await using var connection = await _database.OpenConnectionAsync();
        return await TapeReader.ReadAsync(connection, _archives, Bars.Kind, range, CancellationToken.None);
    }

    private Task InsertAsync(DateOnly month, int bars) => ExecuteAsync(
        $"""
        insert into bars (instrument, timeframe_s, closed_at, open, high, low, close, volume, revision)
        select n % 7, 60, '{month:yyyy-MM-dd}T00:00:00Z'::timestamptz + n * interval '1 second', n / 3.0::float8, n, n, n, n, nextval('revisions')
        from generate_series(1, {bars}) n
        """);

    private async Task<(long Rows, string? Hash)> ContentAsync(string table)
    {
        await using var command = _database.CreateCommand($"select count(*), md5(string_agg(t::text, ';' order by t::text)) from {table} t");
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (reader.GetInt64(0), reader.IsDBNull(1) ? null : reader.GetString(1));
    }

    private async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
