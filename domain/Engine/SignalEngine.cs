using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Signals;

namespace AlgoStack.Engine;

/// <summary>
/// Feeds each bar to every strategy that trades its instrument and turns changed wishes into signals. Its state is a fold
/// over all bars of a session, warm-up first: exponential averages never forget, so no shorter window gives the same.
/// Strategies see prices in shares as they were at the instrument's first bar, so that a split is no fall and what they saw
/// never changes; a signal is in the prices of its day.
/// </summary>
public sealed class SignalEngine
{
    private readonly Timeframe _timeframe;
    private readonly Follower[] _followers;
    private readonly Dictionary<InstrumentId, int> _indices = [];
    private readonly List<(int Row, int Follower, FoundVerdict Found)> _merged = [];
    private readonly List<Signal> _raised = [];
    private readonly List<Signal> _ofRow = [];
    private Followed[] _instruments = [];
    private bool _isSplit;

    /// <exception cref="ArgumentException">Two are of one name: their orders could not be told apart.</exception>
    public SignalEngine(Timeframe timeframe, IReadOnlyList<ConfiguredStrategy> strategies)
    {
        _timeframe = timeframe;
        _followers = [.. strategies.OrderBy(s => s.Name, StringComparer.Ordinal).Select(s => new Follower(s))];
        for (var i = 1; i < _followers.Length; i++)
        {
            if (_followers[i].Strategy.Name == _followers[i - 1].Strategy.Name)
                throw new ArgumentException($"Strategies: expected each once, found {_followers[i].Strategy.Name} twice.", nameof(strategies));
        }
    }

    /// <summary>The index to call an instrument by; the first call with an id adds it.</summary>
    public int IndexOf(InstrumentId id)
    {
        if (_indices.TryGetValue(id, out var index)) return index;

        index = _indices.Count;
        _indices.Add(id, index);
        foreach (var follower in _followers)
        {
            if (follower.Strategy.Trades(id)) follower.Runner.Add(index, id);
        }

        _instruments = [.. _instruments, new Followed(id, [.. _followers.Where(f => f.Strategy.Trades(id))])];
        return index;
    }

    /// <summary>Takes a bar of history from before the session: evaluated like any other, without raising a signal.</summary>
    public void WarmUp(int instrument, in Bar bar)
    {
        var followed = _instruments[instrument];
        var shown = followed.Show(bar);
        foreach (var follower in followed.Followers) follower.Runner.OnBar(instrument, shown);
    }

    /// <summary>From the next bar on a share is one of so many that were one until now. Before an instrument's first bar nothing changes.</summary>
    /// <param name="ratio">Above zero.</param>
    public void OnSplit(int instrument, double ratio)
    {
        var followed = _instruments[instrument];
        if (followed.History.IsEmpty) return;

        followed.Split(ratio);
        _isSplit = true;
    }

    /// <summary>Takes the next bar; its signals are added in the order of the strategies' names.</summary>
    public void OnBar(int instrument, in Bar bar, List<Signal> signals)
    {
        var followed = _instruments[instrument];
        var shown = followed.Show(bar);
        foreach (var follower in followed.Followers)
        {
            if (follower.Runner.OnBar(instrument, shown) is not { } verdict) continue;
            Raise(follower.Strategy, followed, follower.Runner.Counterpart, verdict, signals);
        }
    }

    /// <summary>
    /// Takes rows <paramref name="from"/> to before <paramref name="to"/>, as <see cref="OnBar"/> would one by one: a strategy
    /// sees bars alone, so it may go through all of them before another does, and before anything is traded.
    /// </summary>
    /// <param name="instruments">The index of each of the series' instruments.</param>
    /// <param name="signals">Each is added, with its row.</param>
    public void OnBars(BarSeries bars, int[] instruments, int from, int to, List<(int Row, Signal Signal)> signals)
    {
        if (_isSplit)
        {
            OnEach(bars, instruments, from, to, signals);
            return;
        }

        for (var f = 0; f < _followers.Length; f++)
        {
            var follower = _followers[f];
            follower.Runner.OnBars(bars, follower.Map(instruments, _instruments), from, to, follower.Found);
            foreach (var found in follower.Found) _merged.Add((found.Row, f, found));
            follower.Found.Clear();
        }

        if (_followers.Length > 1) _merged.Sort(static (a, b) => a.Row != b.Row ? a.Row.CompareTo(b.Row) : a.Follower.CompareTo(b.Follower));

        var fed = from;
        foreach (var (row, f, found) in _merged)
        {
            var followed = _instruments[instruments[bars.Instrument[row]]];
            if (bars.Instruments.Count == 1 && found.Counterpart is StrategyRunner.None && row - from >= MarketContext.Bars - 1)
            {
                signals.Add((row, Raise(_followers[f].Strategy, followed.Id, bars[row], found.Verdict, MarketContext.At(bars, row))));
                continue;
            }

            Feed(bars, instruments, ref fed, row + 1);
            Raise(_followers[f].Strategy, followed, found.Counterpart, found.Verdict, _raised);
            foreach (var signal in _raised) signals.Add((row, signal));
            _raised.Clear();
        }

        // Of one instrument only the newest bars matter from here on.
        if (bars.Instruments.Count == 1) fed = Math.Max(fed, to - MarketContext.Bars);
        Feed(bars, instruments, ref fed, to);
        _merged.Clear();
    }

    /// <summary>Bar by bar: a column is not in the shares that strategies see.</summary>
    private void OnEach(BarSeries bars, int[] instruments, int from, int to, List<(int Row, Signal Signal)> signals)
    {
        for (var row = from; row < to; row++)
        {
            OnBar(instruments[bars.Instrument[row]], bars[row], _ofRow);
            foreach (var signal in _ofRow) signals.Add((row, signal));
            _ofRow.Clear();
        }
    }

    private void Feed(BarSeries bars, int[] instruments, ref int fed, int to)
    {
        for (; fed < to; fed++) _instruments[instruments[bars.Instrument[fed]]].History.Add(bars[fed]);
    }

    private void Raise(ConfiguredStrategy strategy, Followed followed, int counterpart, Verdict verdict, List<Signal> signals)
    {
        if (counterpart is not StrategyRunner.None) signals.Add(Raise(strategy, _instruments[counterpart], verdict.Mirrored()));
        signals.Add(Raise(strategy, followed, verdict));
    }

    private Signal Raise(ConfiguredStrategy strategy, Followed followed, Verdict verdict) =>
        Raise(strategy, followed.Id, followed.Newest, followed.OfToday(verdict), followed.History.Context());

    private Signal Raise(ConfiguredStrategy strategy, InstrumentId instrument, in Bar bar, Verdict verdict, in MarketContext market) => new(
        SignalId.For(strategy.Name, strategy.ParameterText, instrument, _timeframe, bar.CloseMs),
        strategy.Name,
        strategy.ParameterText,
        instrument,
        _timeframe,
        bar,
        verdict,
        market,
        SignalQuality.Of(strategy.Schema.Kind, verdict.Score, market));

    private sealed class Follower(ConfiguredStrategy strategy)
    {
        public ConfiguredStrategy Strategy { get; } = strategy;

        public StrategyRunner Runner { get; } = strategy.NewRunner();

        public List<FoundVerdict> Found { get; } = [];

        public int[] Map(int[] instruments, Followed[] known) => Strategy.Instruments.Count == 0
            ? instruments
            : [.. instruments.Select(i => Strategy.Trades(known[i].Id) ? i : StrategyRunner.None)];
    }

    private sealed class Followed(InstrumentId id, Follower[] followers)
    {
        private double _shares = 1;
        private Bar _newest;

        public InstrumentId Id { get; } = id;

        public BarHistory History { get; } = new();

        public Follower[] Followers { get; } = followers;

        /// <summary>The bar that was shown last, in the prices of its day.</summary>
        public Bar Newest => _shares == 1 ? History.Newest : _newest;

        public void Split(double ratio) => _shares *= ratio;

        /// <summary>The bar as strategies are to see it.</summary>
        public Bar Show(in Bar bar)
        {
            var shown = bar;
            if (_shares != 1)
            {
                _newest = bar;
                shown = bar.Times(_shares);
            }

            History.Add(shown);
            return shown;
        }

        /// <summary>A verdict in the prices of the day.</summary>
        public Verdict OfToday(Verdict verdict) => _shares == 1 ? verdict : verdict.Times(1 / _shares);
    }
}
