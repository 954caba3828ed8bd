using AlgoStack.Strategies;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Parameters;
using static AlgoStack.Trading.Parameters.Parameter;

namespace AlgoStack.Simulation.Tests.Ticks;

/// <summary>Long at the first bar, with a stop and a target.</summary>
internal struct LongOnce : IStrategy<LongOnce>
{
    private readonly double _stop;
    private readonly double _target;
    private bool _isLong;

    private LongOnce(double stop, double target) => (_stop, _target) = (stop, target);

    public static StrategySchema Schema { get; } = new(
        "long-once",
        "Long at the first bar.",
        StrategyKind.Neutral,
        [Number("stop", 0, 1_000, 0, "price; 0 for none"), Number("target", 0, 1_000, 0, "price; 0 for none")],
        ["close"],
        ["first bar"],
        ["certainty"]);

    public static LongOnce Create(ParameterValues parameters) => new(parameters["stop"], parameters["target"]);

    public static string Describe(ParameterValues parameters, Verdict verdict, double close) => "it is the first bar";

    public Verdict? OnBar(in Bar bar)
    {
        if (_isLong) return null;

        _isLong = true;
        return new Verdict(SignalDirection.Long, Score: 1, _target, _stop, ExpiryBars: 0, FlipClose: double.NaN, default);
    }
}
