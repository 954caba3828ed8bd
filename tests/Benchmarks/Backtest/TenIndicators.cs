using AlgoStack.Indicators;
using AlgoStack.Strategies;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Parameters;

namespace AlgoStack.Benchmarks.Backtest;

/// <summary>The cross of the benchmark, filtered by eight more indicators that are computed at every bar.</summary>
internal struct TenIndicators : IStrategy<TenIndicators>
{
    private Sma _fast;
    private Sma _slow;
    private Rsi _rsi;
    private Macd _macd;
    private BollingerBands _bands;
    private Atr _range;
    private Adx _adx;
    private Mfi _mfi;
    private Stochastic _stochastic;
    private Obv _obv;
    private bool _isLong;

    public static StrategySchema Schema { get; } = new(
        "ten-indicators", "The benchmark's cross with ten indicators.", StrategyKind.TrendFollowing, [],
        ["fast", "slow", "rsi", "macd", "upper", "range", "adx", "mfi"], ["fast average above slow"], ["confidence"]);

    public static TenIndicators Create(ParameterValues parameters) => new()
    {
        _fast = new Sma(10),
        _slow = new Sma(30),
        _rsi = new Rsi(14),
        _macd = new Macd(12, 26, 9),
        _bands = new BollingerBands(20, 2),
        _range = new Atr(14),
        _adx = new Adx(14),
        _mfi = new Mfi(14),
        _stochastic = new Stochastic(14, 3, 3),
        _obv = new Obv(),
    };

    public static string Describe(ParameterValues parameters, Verdict verdict, double close) => "the averages crossed";

    public Verdict? OnBar(in Bar bar)
    {
        var fast = _fast.Push(bar.Close);
        var slow = _slow.Push(bar.Close);
        _rsi.Push(bar.Close);
        _macd.Push(bar.Close);
        _bands.Push(bar.Close);
        _range.Push(bar);
        _adx.Push(bar);
        _mfi.Push(bar);
        _stochastic.Push(bar);
        _obv.Push(bar);

        var isAbove = fast > slow;
        if (isAbove == _isLong) return null;

        _isLong = isAbove;
        return Explain(fast, slow);
    }

    private readonly Verdict Explain(double fast, double slow) => new(
        _isLong ? SignalDirection.Long : SignalDirection.Flat,
        Score: 0.5,
        Target: double.NaN,
        Stop: double.NaN,
        ExpiryBars: 0,
        FlipClose: double.NaN,
        new Explanation(Values8.Of(fast, slow, _rsi.Value, _macd.Line, _bands.Upper, _range.Value, _adx.Value, _mfi.Value), _isLong ? 1u : 0, Values4.Of(0.5)));
}
