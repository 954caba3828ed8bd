using AlgoStack.Indicators;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Parameters;
using static AlgoStack.Trading.Parameters.Parameter;

namespace AlgoStack.Strategies;

/// <summary>Follows the trend, long or flat: long while the fast average of the close is above the slow one. No stop.</summary>
public struct SmaCross : IStrategy<SmaCross>
{
    // The averages of a price that stands still may differ by a rounding, which is no cross.
    private const double AboveRounding = 1 + 1e-12;

    // Where the score is full; as a share of the price.
    private const double FullDistance = 0.02;

    private const uint FastAboveSlow = 1;

    // Of averages that lie on the stack.
    private const int ChunkRows = 512;

    private Sma _fast;
    private Sma _slow;
    private bool _isLong;

    private SmaCross(int fast, int slow)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(fast, slow);
        _fast = new Sma(fast);
        _slow = new Sma(slow);
    }

    public static StrategySchema Schema { get; } = new(
        "sma-cross",
        "Long while the fast average of the close is above the slow one, flat while it is not.",
        StrategyKind.TrendFollowing,
        [
            Whole("fast", 1, 1_000, 10, "closes of the fast average; less than slow"),
            Whole("slow", 2, 5_000, 30, "closes of the slow average"),
        ],
        ["fast_average", "slow_average"],
        ["fast average above slow"],
        ["distance"]);

    public static SmaCross Create(ParameterValues parameters) => new(parameters.Whole("fast"), parameters.Whole("slow"));

    public static string Describe(ParameterValues parameters, Verdict verdict, double close)
    {
        var averages = verdict.Explanation.Inputs;
        var crossed = verdict.Direction is SignalDirection.Long ? "rose above" : "fell to or below";
        return $"the {parameters["fast"]}-bar average ({PriceText.Of(averages[0])}) {crossed} " +
            $"the {parameters["slow"]}-bar average ({PriceText.Of(averages[1])})";
    }

    public Verdict? OnBar(in Bar bar) => Decide(_fast.Push(bar.Close), _slow.Push(bar.Close), bar.Close);

    public static void OnBars(ref SmaCross state, BarSeries bars, int from, int to, List<FoundVerdict> found)
    {
        Span<double> fast = stackalloc double[ChunkRows];
        Span<double> slow = stackalloc double[ChunkRows];
        while (from < to)
        {
            var closes = bars.Close.AsSpan(from, Math.Min(ChunkRows, to - from));
            state._fast.Push(closes, fast[..closes.Length]);
            state._slow.Push(closes, slow[..closes.Length]);
            for (var i = 0; i < closes.Length; i++)
            {
                if (state.Decide(fast[i], slow[i], closes[i]) is { } verdict) found.Add(new FoundVerdict(from + i, StrategyRunner.None, verdict));
            }

            from += closes.Length;
        }
    }

    private Verdict? Decide(double fast, double slow, double close)
    {
        // NaN until they are warm, and so not above.
        var isAbove = fast > slow * AboveRounding;
        if (isAbove == _isLong) return null;

        _isLong = isAbove;
        return Explain(fast, slow, close);
    }

    private readonly Verdict Explain(double fast, double slow, double close)
    {
        // A close higher by one lifts the averages by one over their lengths.
        var meetingClose = close - ((fast - slow) / ((1.0 / _fast.WarmUp) - (1.0 / _slow.WarmUp)));
        var score = ScorePart.Of(1, Math.Abs(close - meetingClose) / close / FullDistance);

        return new Verdict(
            _isLong ? SignalDirection.Long : SignalDirection.Flat,
            score,
            Target: double.NaN,
            Stop: double.NaN,
            ExpiryBars: 0,
            FlipClose: meetingClose,
            new Explanation(Values8.Of(fast, slow), _isLong ? FastAboveSlow : 0, Values4.Of(score)));
    }
}
