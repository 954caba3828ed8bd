using System.Diagnostics;
using AlgoStack.Benchmarks.Limits;
using AlgoStack.Benchmarks.Measuring;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Ingestion.Feeds;
using AlgoStack.Ingestion.Providers.Replay;
using AlgoStack.Ingestion.Retention;
using AlgoStack.Ingestion.Tape;
using AlgoStack.Ingestion.Tape.Kinds;
using AlgoStack.Postgres;
using AlgoStack.Postgres.Archives;
using AlgoStack.Testing;
using AlgoStack.Trading.MarketData;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace AlgoStack.Benchmarks.Tape;

/// <summary>
/// The tape's lines of the table, over minute bars: real ones of a month where ../shared has them, under several
/// instruments, else made up. In, each run is of instruments that the tape does not know; the months are there.
/// </summary>
internal sealed class TapeSuite : IAsyncDisposable
{
    private const int Instruments = 8;
    private const string RealBars = "bars/minute_crypto_btcperp_nautilus.csv";

    private readonly NpgsqlDataSource _source;
    private readonly ArchiveFolder _archives;
    private readonly BulkWriter _writer;
    private readonly TapeLimits _limits;
    private readonly InstrumentBar[] _bars;
    private TapeRows _out;
    private int _instruments;

    private TapeSuite(ServiceDatabase database, Bar[] minutes)
    {
        _source = database.CreateDataSource();
        _archives = new ArchiveFolder(Path.Combine(Path.GetTempPath(), "algostack-bench-archives"), TimeProvider.System);
        var months = new TapeMonths(_source, database, _archives, TimeProvider.System, NullLogger<TapeMonths>.Instance);
        _writer = new BulkWriter(
            new TapeWriter(_source, months, TimeProvider.System), new DatabaseOutage(TimeProvider.System, NullLogger<DatabaseOutage>.Instance));
        _limits = new TapeLimits(_source);
        _bars = [.. minutes.SelectMany(bar => Enumerable.Range(0, Instruments).Select(instrument => new InstrumentBar(instrument, bar)))];
        _out = NewRows();
    }

    public IEnumerable<Comparison> Comparisons =>
    [
        new("tape, bars in, durable, idempotent", "bars", 0.45, 0.70, () => _limits.CopyInAsync(NewRows()), WriteAsync, Expected: 900_000),
        new("tape, bars out to columns", "bars", 0.80, 0.95, () => _limits.CopyOutAsync(Bars.Kind, RangeOf(_out), _out.Count), ReadAsync),
    ];

    /// <param name="connectionString">Of a database that is the benchmark's own.</param>
    public static async Task<TapeSuite> StartAsync(string connectionString, bool brief)
    {
        var database = new ServiceDatabase(connectionString, "ingestion", "AlgoStack.Benchmarks");
        await new Migrator(database, NullLogger<Migrator>.Instance).MigrateAsync(
            [new MigrationSource("service", typeof(TapeKind).Assembly, "Schema")], CancellationToken.None);
        var suite = new TapeSuite(database, brief ? MadeUp(1_000) : SharedData.IsPresent ? Real() : MadeUp(44_640));
        await suite.WriteAsync();
        await using var vacuum = suite._source.CreateCommand("vacuum analyze bars");
        await vacuum.ExecuteNonQueryAsync();
        return suite;
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private async Task<double> WriteAsync()
    {
        var rows = NewRows();
        TapeRows[] pieces = [.. rows.Cut(TapeWriter.MostRows)];
        var added = 0;
        var watch = Stopwatch.StartNew();
        await _writer.WriteAsync(
            pieces,
            (_, write) =>
            {
                added += write.Rows;
                return new NpgsqlBatchCommand("select 1");
            },
            CancellationToken.None);
        var seconds = watch.Elapsed.TotalSeconds;
        _out = rows;
        return added == rows.Count ? added / seconds : throw new InvalidDataException($"Expected {rows.Count} bars to be new, found {added}.");
    }

    private async Task<double> ReadAsync()
    {
        await using var connection = await _source.OpenConnectionAsync();
        var watch = Stopwatch.StartNew();
        var rows = await TapeReader.ReadAsync(connection, _archives, Bars.Kind, RangeOf(_out), CancellationToken.None);
        var seconds = watch.Elapsed.TotalSeconds;
        return rows.Count == _out.Count ? rows.Count / seconds : throw new InvalidDataException($"Expected {_out.Count} bars, found {rows.Count}.");
    }

    private static TapeRange RangeOf(TapeRows rows) => new(rows.Subjects, rows.Scope, rows.At[0], rows.At[^1]);

    private TapeRows NewRows() =>
        Bars.Rows(_bars, Timeframe.Minute, [.. Enumerable.Range(0, Instruments).Select(_ => ++_instruments)]);

    private static Bar[] Real()
    {
        using var data = ReplayData.From(new StartReplay(SharedData.Path(RealBars)), TimeProvider.System.GetUtcNow(), CancellationToken.None);
        return [.. data.Bars().Select(row => row.Bar)];
    }

    private static Bar[] MadeUp(int minutes)
    {
        var start = new DateTimeOffset(2024, 1, 1, 0, 1, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        return [.. Enumerable.Range(0, minutes).Select(i =>
        {
            var open = 100 + (10 * Math.Sin(i / 500.0));
            return new Bar(start + (i * 60_000L), open, open + 0.25, open - 0.25, open + 0.05, 1_000 + (i % 977));
        })];
    }
}
