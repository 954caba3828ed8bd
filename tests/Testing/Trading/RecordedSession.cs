using System.Globalization;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Signals;
using AlgoStack.Simulation;
using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace AlgoStack.Testing.Trading;

/// <summary>
/// A session of real bars with what has to come of it: the domain's own engines over the bars, without any service. Its
/// batches may be altered, as a tape might be; what was evaluated stays what it was.
/// </summary>
public sealed class RecordedSession : IDisposable
{
    private const string File = "data/sp500-2000/sp500-2000.csv";

    private static readonly Instrument Index = new(new InstrumentId("SP500-2000.SIM"), 0.01m, 1m, "USD");

    private RecordedSession(string sessionId, IReadOnlyList<BarsClosed> batches, Action<TradingSession, long>? before)
    {
        Id = sessionId;
        Batches = [.. batches];
        Run = new BacktestRun(new TradingSettings($"paper-{sessionId}"), Timeframe.Day, StrategyCatalog.Usual);
        Evaluations = [.. batches.Select(batch => Evaluate(batch, before))];
    }

    public string Id { get; }

    public IList<BarsClosed> Batches { get; }

    /// <summary>One a batch, of a latency of zero.</summary>
    public IReadOnlyList<BarsEvaluated> Evaluations { get; }

    /// <summary>The run over all batches: its orders, positions and balances are those to expect.</summary>
    public BacktestRun Run { get; }

    public IReadOnlyList<SignalRaised> Signals => [.. Evaluations.SelectMany(e => e.Signals)];

    public IReadOnlyList<OrderIntent> Intents => [.. Run.Session.OrderEvents.OfType<OrderRequested>().Select(r => r.Intent)];

    public IReadOnlyList<OrderFilled> Fills => [.. Run.Session.OrderEvents.OfType<OrderFilled>()];

    /// <summary>What the session runs.</summary>
    public static IEnumerable<StrategyChoice> Strategies() => StrategyCatalog.Usual.Select(s => new StrategyChoice(s.Name, s.ParameterText, []));

    /// <param name="sizes">How many bars each batch has.</param>
    /// <param name="before">Called before each batch with its sequence, to halt or resume trading.</param>
    public static RecordedSession Of(string sessionId, int[] sizes, Action<TradingSession, long>? before = null)
    {
        string[][] rows = [.. System.IO.File.ReadLines(Path.Combine(Repository.Root, File)).Skip(1).Take(sizes.Sum()).Select(line => line.Split(','))];
        var batches = new List<BarsClosed>();
        var from = 0;
        foreach (var size in sizes)
        {
            batches.Add(new BarsClosed(
                sessionId,
                Partition: 0,
                Sequence: batches.Count + 1,
                Timeframe.Day.ToString(),
                WarmUp: false,
                EndOfSession: batches.Count + 1 == sizes.Length,
                [new InstrumentTerms(Index.Id.Value, Index.Tick, Index.Lot, Index.Currency)],
                Columns(rows[from..(from += size)])));
        }

        return new RecordedSession(sessionId, batches, before);
    }

    /// <summary>Multiplies the prices of one bar, as if the tape had been tampered with.</summary>
    /// <returns>When the bar closed.</returns>
    public DateTimeOffset AlterBar(int batch, int row, double factor)
    {
        var bars = Batches[batch].Bars;
        Batches[batch] = Batches[batch] with
        {
            Bars = bars with { Open = Altered(bars.Open), High = Altered(bars.High), Low = Altered(bars.Low), Close = Altered(bars.Close) },
        };
        return At(bars.CloseMs[row]);

        double[] Altered(double[] column) => [.. column.Select((price, i) => i == row ? price * factor : price)];
    }

    /// <summary>What ingestion answers about the session.</summary>
    public void MapTape(IEndpointRouteBuilder routes)
    {
        routes.MapGet($"/sessions/{Id}", Status);
        routes.MapGet("/instruments", () => Batches[0].Instruments);
        routes.MapGet($"/sessions/{Id}/batches", (long from, long to) => Between(from, to).Select(b => new BatchHead(
            b.Sequence, b.Partition, b.WarmUp, b.EndOfSession, b.Bars.Count, At(b.Bars.CloseMs[0]), At(b.Bars.CloseMs[^1]))));
        routes.MapGet($"/sessions/{Id}/batches/{{sequence:long}}", (long sequence) => Batches[(int)sequence - 1]);
        routes.MapGet($"/sessions/{Id}/bars", (long from, long to) => Results.Stream(
            async body =>
            {
                foreach (var batch in Between(from, to)) await batch.Bars.WriteAsync(body);
            },
            BarColumns.MediaType));
    }

    /// <summary>What the signal service answers about the session.</summary>
    public void MapEvaluations(IEndpointRouteBuilder routes)
    {
        routes.MapGet($"/sessions/{Id}/evaluations", (long from, long to) => Evaluations.Where(e => e.Sequence >= from && e.Sequence <= to));
        routes.MapGet($"/sessions/{Id}/strategies", Strategies);
    }

    public void Dispose() => Run.Dispose();

    private static BarColumns Columns(string[][] rows) => new(
        [Index.Id.Value],
        new int[rows.Length],
        [.. rows.Select(r => DateTimeOffset.Parse(r[0], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).AddHours(21).ToUnixTimeMilliseconds())],
        Column(rows, 1),
        Column(rows, 2),
        Column(rows, 3),
        Column(rows, 4),
        Column(rows, 6));

    private static double[] Column(string[][] rows, int column) => [.. rows.Select(r => double.Parse(r[column], CultureInfo.InvariantCulture))];

    private static DateTimeOffset At(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private IEnumerable<BarsClosed> Between(long from, long to) => Batches.Where(b => b.Sequence >= from && b.Sequence <= to);

    private SessionStatus Status() => new(
        Id, "replay", File, "completed", Timeframe.Day.ToString(), null, Batches.Sum(b => b.Bars.Count), Batches.Sum(b => b.Bars.Count), 0,
        new Dictionary<string, long>(StringComparer.Ordinal), Batches.Count, At(Batches[0].Bars.CloseMs[0]), At(Batches[^1].Bars.CloseMs[^1]), default, null, null, null);

    private BarsEvaluated Evaluate(BarsClosed batch, Action<TradingSession, long>? control)
    {
        control?.Invoke(Run.Session, batch.Sequence);
        var before = Run.Signals.Count;
        var bars = batch.Bars;
        Run.Run(
            new BarSeries(Timeframe.Day, [Index], bars.Instrument, bars.CloseMs, bars.Open, bars.High, bars.Low, bars.Close, bars.Volume), 0, bars.Count);
        return new BarsEvaluated(
            Id, batch.Partition, batch.Sequence, bars.CloseMs[^1], batch.WarmUp, batch.EndOfSession, [.. Run.Signals.Skip(before).Select(Told)]);
    }

    private SignalRaised Told(Signal signal)
    {
        var strategy = StrategyCatalog.Find(signal.Strategy);
        var verdict = signal.Verdict;
        var explanation = verdict.Explanation;
        return new SignalRaised(
            signal.Id.Value,
            Id,
            signal.Strategy,
            signal.Instrument.Value,
            signal.Timeframe.ToString(),
            signal.Bar.CloseTime,
            verdict.Direction.ToString(),
            signal.Bar.Close,
            verdict.Score,
            signal.Market.Regime.ToString(),
            Finite(verdict.Target),
            Finite(verdict.Stop),
            verdict.ExpiryBars,
            new SignalExplanation(
                [.. strategy.Schema.Inputs.Select((name, i) => new NamedValue(name, Finite(explanation.Inputs[i])))],
                [.. strategy.Schema.Rules.Select((rule, i) => new RuleOutcome(rule, (explanation.RulesHeld >> i & 1) == 1))],
                [.. strategy.Schema.ScoreParts.Select((name, i) => new NamedValue(name, Finite(explanation.ScoreParts[i])))]),
            strategy.Describe(signal),
            LatencyMs: 0,
            signal.Parameters,
            signal.Market.Condition.ToString(),
            Finite(signal.Market.VolumeScore),
            signal.Quality,
            Finite(signal.RiskPercent),
            Finite(verdict.FlipClose));
    }

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
