using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Parameters;

namespace AlgoStack.Strategies;

/// <summary>
/// Long at the first bar, for ever: what every other strategy has to beat. It never leaves, so it has no target, stop or expiry.
/// </summary>
public struct BuyAndHold : IStrategy<BuyAndHold>
{
    private const uint FirstBar = 1;

    private bool _isLong;

    public static StrategySchema Schema { get; } = new(
        "buy-and-hold",
        "Long at the first bar, for ever.",
        StrategyKind.Neutral,
        Parameters: [],
        ["close"],
        ["first bar"],
        ["certainty"]);

    public static BuyAndHold Create(ParameterValues parameters) => default;

    public static string Describe(ParameterValues parameters, Verdict verdict, double close) =>
        "it is the first bar, and what is bought is never sold";

    public Verdict? OnBar(in Bar bar)
    {
        if (_isLong) return null;

        _isLong = true;
        return new Verdict(
            SignalDirection.Long,
            Score: 1,
            Target: double.NaN,
            Stop: double.NaN,
            ExpiryBars: 0,
            FlipClose: double.NaN,
            new Explanation(Values8.Of(bar.Close), FirstBar, Values4.Of(1)));
    }
}
