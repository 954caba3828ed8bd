using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Signals;

namespace AlgoStack.Strategies.Tests;

/// <summary>What a strategy said of one instrument over some bars, with a hash of all of it to the last bit.</summary>
internal sealed class SignalList
{
    private static readonly InstrumentId Instrument = new("TEST.SIM");
    private static readonly InstrumentId Partner = new("PARTNER.SIM");

    private SignalList(StrategyEntry strategy, IReadOnlyList<Signal> signals)
    {
        Strategy = strategy;
        Signals = signals;
    }

    public StrategyEntry Strategy { get; }

    public IReadOnlyList<Signal> Signals { get; }

    public IReadOnlyList<SignalDirection> Directions => [.. Signals.Select(s => s.Verdict.Direction)];

    /// <summary>First 16 digits of the SHA-256 over every number of every signal.</summary>
    public string Hash
    {
        get
        {
            var text = new StringBuilder();
            foreach (var (bar, verdict, market, quality) in Signals.Select(s => (s.Bar, s.Verdict, s.Market, s.Quality)))
            {
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"{bar.CloseMs} {verdict.Direction} {verdict.Score:R} {verdict.Target:R} {verdict.Stop:R} {verdict.ExpiryBars} {verdict.FlipClose:R}");
                text.Append(
                    CultureInfo.InvariantCulture,
                    $" {market.Regime} {market.Condition} {market.VolumeScore:R} {quality:R} {verdict.Explanation.RulesHeld}");
                foreach (var input in verdict.Explanation.Inputs) text.Append(CultureInfo.InvariantCulture, $" {input:R}");
                foreach (var part in verdict.Explanation.ScoreParts) text.Append(CultureInfo.InvariantCulture, $" {part:R}");
                text.Append('\n');
            }

            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
        }
    }

    /// <summary>As a person reads it: the day, then the sentence.</summary>
    public IReadOnlyList<string> Sentences =>
        [.. Signals.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Bar.CloseTime:yyyy-MM-dd} {Strategy.Describe(s)}"))];

    /// <summary>Of a pair, what is said of the first, its partner being made of the same bars: each close the mean of two.</summary>
    public static SignalList Of(string strategy, IEnumerable<Bar> bars, string parameters = "") =>
        StrategyCatalog.Find(strategy).IsOfPair ? OfPair(strategy, WithPartners(bars), parameters) : OfOne(strategy, bars, parameters);

    public static SignalList OfPair(string strategy, IEnumerable<(Bar First, Bar Second)> bars, string parameters = "")
    {
        var entry = StrategyCatalog.Find(strategy);
        var runner = new Runner(entry.Configure(parameters, Instrument, Partner));
        foreach (var (first, second) in bars)
        {
            // The second first: what is then said is said of the first.
            runner.OnBar(1, second);
            runner.OnBar(0, first);
        }

        return new SignalList(entry, runner.Signals);
    }

    /// <summary>A runner of which the instruments 0 to 7 are known, and 1 is a pair's second.</summary>
    public static StrategyRunner NewRunner(string strategy, string parameters)
    {
        var entry = StrategyCatalog.Find(strategy);
        return Started(entry.IsOfPair ? entry.Configure(parameters, Instrument, Partner) : entry.Configure(parameters));
    }

    public static IEnumerable<(Bar First, Bar Second)> WithPartners(IEnumerable<Bar> bars)
    {
        var before = double.NaN;
        foreach (var bar in bars)
        {
            var mean = double.IsNaN(before) ? bar.Close : (bar.Close + before) / 2;
            yield return (bar, new Bar(bar.CloseMs, mean, mean, mean, mean, bar.Volume));
            before = bar.Close;
        }
    }

    private static SignalList OfOne(string strategy, IEnumerable<Bar> bars, string parameters)
    {
        var entry = StrategyCatalog.Find(strategy);
        var runner = new Runner(entry.Configure(parameters));
        foreach (var bar in bars) runner.OnBar(0, bar);
        return new SignalList(entry, runner.Signals);
    }

    private static StrategyRunner Started(ConfiguredStrategy strategy)
    {
        var runner = strategy.NewRunner();
        for (var i = 0; i < 8; i++) runner.Add(i, i == 0 ? Instrument : Partner);
        return runner;
    }

    /// <summary>Raises signals as the engine does, without one.</summary>
    private sealed class Runner(ConfiguredStrategy strategy)
    {
        private readonly StrategyRunner _runner = Started(strategy);
        private readonly BarHistory _history = new();

        public List<Signal> Signals { get; } = [];

        public void OnBar(int instrument, in Bar bar)
        {
            if (instrument == 0) _history.Add(bar);
            if (_runner.OnBar(instrument, bar) is not { } verdict) return;

            var market = _history.Context();
            var id = SignalId.For(strategy.Name, strategy.ParameterText, Instrument, Timeframe.Day, bar.CloseMs);
            var quality = SignalQuality.Of(strategy.Schema.Kind, verdict.Score, market);
            Signals.Add(new Signal(id, strategy.Name, strategy.ParameterText, Instrument, Timeframe.Day, bar, verdict, market, quality));
        }
    }
}
