using AlgoStack.Postgres;
using AlgoStack.Postgres.Archives;
using AlgoStack.Testing;
using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace AlgoStack.EventStore.Tests.Postgres;

public sealed class ArchiveFolderTests(ServerFixture servers) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private readonly string _path = Directory.CreateTempSubdirectory("algostack-archives-").FullName;
    private NpgsqlDataSource _source = null!;
    private NpgsqlConnection _connection = null!;
    private ArchiveFolder _archives = null!;

    public async Task InitializeAsync()
    {
        var database = new ServiceDatabase(await servers.CreateSchemaDatabaseAsync(), "kept", "test");
        await new Migrator(database, NullLogger<Migrator>.Instance).MigrateAsync([], CancellationToken.None);
        _source = database.CreateDataSource();
        _connection = await _source.OpenConnectionAsync();
        _archives = new ArchiveFolder(_path, TimeProvider.System);
        await ExecuteAsync(
            """
            create table odd (note text, at timestamptz not null, price double precision, raw bytea, data jsonb, twice double precision generated always as (price * 2) stored);
            insert into odd (note, at, price, raw, data) values
                ('', '2024-01-02 14:31:00.000001+00', 'NaN', '\x00ff0a', '{"a": "say \"no\",\nor not"}'),
                (null, '2024-01-02 16:31:00+02', 0.1 + 0.2::float8, null, null),
                (E'two\nlines, "quoted"\\.', '1969-12-31 23:59:59.5+00', '-Infinity', '', '[]'),
                (E'\\.', '2024-02-29 00:00:00+00', 5e-324, '\x0d0a', '1e400'),
                ('日本 😀', '2024-03-01 00:00:00+00', -0.0, null, '{"name": "\u00e9"}');
            create table many (seq bigint not null, note text);
            insert into many select n, repeat('x', 100) || n from generate_series(1, 50000) n order by random()
            """);
    }

    [Fact]
    public async Task Whatever_a_row_holds_comes_back_as_it_was()
    {
        var before = await TextAsync("odd");

        var manifest = await WriteAsync("odd", "at");
        await ExecuteAsync("create table again (like odd including all)");
        await _archives.CopyIntoAsync(manifest, _connection, "again", CancellationToken.None);

        (await TextAsync("again")).Should().Equal(before);
        manifest.Rows.Should().Be(5);
        ArchiveKey.ToTime(manifest.First).Should().Be(new DateTime(1969, 12, 31, 23, 59, 59, 500, DateTimeKind.Utc));
        manifest.Columns.Select(c => c.Name).Should().Equal("at", "note", "price", "raw", "data");
        (await _archives.ManifestAsync("odd", CancellationToken.None)).Should().BeEquivalentTo(manifest);
    }

    [Fact]
    public async Task An_archive_is_read_in_place()
    {
        var manifest = await WriteAsync("odd", "at");
        await using var rows = _archives.Open(manifest, from: 0);

        var read = new List<(DateTime, string?, double, string?)>();
        while (await rows.ReadAsync(CancellationToken.None))
        {
            read.Add((ArchiveKey.ToTime(rows.Key), rows.GetString(1), rows.GetDouble(2), rows.GetString(4)));
        }

        read.Select(r => r.Item2).Should().Equal(null, "", @"\.", "日本 😀");
        read.Select(r => r.Item3).Should().Equal(0.1 + 0.2, double.NaN, double.Epsilon, -0.0);
        read[1].Item1.Should().Be(new DateTime(2024, 1, 2, 14, 31, 0, DateTimeKind.Utc).AddTicks(10));
        read[1].Item4.Should().Be("""{"a": "say \"no\",\nor not"}""");
        rows.Invoking(r => r.Ordinal("volume")).Should().Throw<ArchiveException>().WithMessage("Archive odd: it has no column 'volume'.");
    }

    [Fact]
    public async Task A_range_is_read_from_the_block_it_begins_in()
    {
        var manifest = await WriteAsync("many", "seq");
        manifest.Blocks.Should().HaveCountGreaterThan(3);
        // What lies before the range is not even looked at.
        Damage("many", manifest.Blocks[0].Offset + 20);

        (await KeysAsync(manifest, 40_001, 40_003)).Should().Equal(40_001, 40_002, 40_003);
        (await KeysAsync(manifest, 50_001, long.MaxValue)).Should().BeEmpty();
        (await KeysAsync(manifest, long.MinValue, 0)).Should().BeEmpty();
        (await this.Invoking(t => t.KeysAsync(manifest, 1, 3)).Should().ThrowAsync<ArchiveException>()).WithMessage("Archive many: it is damaged: *");
    }

    [Theory]
    [InlineData("a byte")]
    [InlineData("the end")]
    [InlineData("all")]
    public async Task A_damaged_archive_is_told_and_not_restored(string what)
    {
        var manifest = await WriteAsync("many", "seq");
        var file = Path.Combine(_path, "many.csv.gz");
        if (what == "a byte") Damage("many", manifest.Bytes / 2);
        else if (what == "the end") File.WriteAllBytes(file, File.ReadAllBytes(file)[..^100]);
        else File.Delete(file);
        await ExecuteAsync("create table again (like many)");

        await _archives.Awaiting(a => a.VerifyAsync(manifest, CancellationToken.None)).Should().ThrowAsync<ArchiveException>();
        await _archives.Awaiting(a => a.CopyIntoAsync(manifest, _connection, "again", CancellationToken.None)).Should().ThrowAsync<ArchiveException>();

        (await TextAsync("again")).Should().BeEmpty();
    }

    [Fact]
    public async Task A_manifest_that_says_otherwise_is_found_out_before_anything_is_restored()
    {
        var manifest = await WriteAsync("many", "seq") with { ContentSha256 = new string('0', 64) };
        await ExecuteAsync("create table again (like many)");

        var restore = () => _archives.CopyIntoAsync(manifest, _connection, "again", CancellationToken.None);

        (await restore.Should().ThrowAsync<ArchiveException>()).WithMessage("Archive many: expected 000* as SHA-256 of the CSV, found *");
        (await TextAsync("again")).Should().BeEmpty();
    }

    [Fact]
    public async Task Of_no_rows_there_is_an_archive_too()
    {
        await ExecuteAsync("create table none (seq bigint, note text)");
        var manifest = await WriteAsync("none", "seq");

        (manifest.Rows, manifest.Blocks.Count).Should().Be((0, 0));
        (await KeysAsync(manifest, long.MinValue, long.MaxValue)).Should().BeEmpty();
        await _archives.VerifyAsync(manifest, CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _source.DisposeAsync();
        Directory.Delete(_path, recursive: true);
    }

    private Task<ArchiveManifest> WriteAsync(string table, string key) =>
        _archives.WriteAsync(_connection, table, table, table, key, CancellationToken.None);

    private async Task<List<long>> KeysAsync(ArchiveManifest manifest, long from, long to)
    {
        await using var rows = _archives.Open(manifest, from, to);
        var keys = new List<long>();
        while (await rows.ReadAsync(CancellationToken.None)) keys.Add(rows.Key);
        return keys;
    }

    private void Damage(string name, long at)
    {
        using var file = new FileStream(Path.Combine(_path, $"{name}.csv.gz"), FileMode.Open);
        file.Position = at;
        var was = file.ReadByte();
        file.Position = at;
        file.WriteByte((byte)(was ^ 0x55));
    }

    private async Task<List<string>> TextAsync(string table)
    {
        await using var command = new NpgsqlCommand($"select t::text from {table} t order by 1", _connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync()) rows.Add(reader.GetString(0));
        return rows;
    }

    private async Task ExecuteAsync(string sql)
    {
#pragma warning disable CA2100 // The tests' own text.
        await using var command = new NpgsqlCommand(sql, _connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
