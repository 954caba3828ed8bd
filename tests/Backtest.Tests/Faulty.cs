using AlgoStack.Strategies;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Parameters;

namespace AlgoStack.Backtest.Tests;

/// <summary>At its hundredth bar it throws, or never comes back.</summary>
internal struct Faulty : IStrategy<Faulty>
{
    public const int Bars = 100;

    private static bool _isReleased;

    private readonly bool _isEndless;
    private int _bars;

    private Faulty(bool isEndless) => _isEndless = isEndless;

    public static StrategySchema Schema { get; } = new(
        "faulty", "Fails.", StrategyKind.Neutral, [Parameter.Whole("endless", 0, 1, 0, "whether it never comes back")], [], [], []);

    public static StrategyEntry Entry { get; } = StrategyEntry.Of<Faulty>();

    public static Faulty Create(ParameterValues parameters) => new(parameters.Whole("endless") == 1);

    public static string Describe(ParameterValues parameters, Verdict verdict, double close) => "";

    /// <summary>Lets those that never end go, so that no thread is left.</summary>
    public static void Release() => Volatile.Write(ref _isReleased, true);

    public Verdict? OnBar(in Bar bar)
    {
        if (++_bars < Bars) return null;
        if (!_isEndless) throw new InvalidOperationException("It is told to.");

        for (var wait = default(SpinWait); !Volatile.Read(ref _isReleased);) wait.SpinOnce();
        return null;
    }
}
