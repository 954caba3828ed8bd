using AlgoStack.Strategies;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Parameters;

namespace AlgoStack.Backtesting.Tests.Sweeps;

/// <summary>Does nothing but what it is told to at its hundredth bar: go on, throw, dawdle from there on, or never come back.</summary>
internal struct Faulty : IStrategy<Faulty>
{
    public const string Fine = "fault=0", Throws = "fault=1", IsSlow = "fault=2", NeverEnds = "fault=3";

    private const int Bars = 100;

    private static bool _isReleased;

    private readonly int _fault;
    private int _bars;

    private Faulty(int fault) => _fault = fault;

    public static StrategySchema Schema { get; } = new(
        "faulty", "Fails as it is told to.", StrategyKind.Neutral, [Parameter.Whole("fault", 0, 3, 0, "what it does")], [], [], []);

    public static StrategyEntry Entry { get; } = StrategyEntry.Of<Faulty>();

    public static Faulty Create(ParameterValues parameters) => new(parameters.Whole("fault"));

    public static string Describe(ParameterValues parameters, Verdict verdict, double close) => "";

    /// <summary>Lets those that never end go, so that no thread is left.</summary>
    public static void Release() => Volatile.Write(ref _isReleased, true);

    public Verdict? OnBar(in Bar bar)
    {
        if (++_bars < Bars) return null;
        var wait = default(SpinWait);
        switch (_fault)
        {
            case 1: throw new InvalidOperationException("It is told to.");
            case 2:
                for (var i = 0; i < 20; i++) wait.SpinOnce(sleep1Threshold: -1);
                break;
            case 3:
                while (!Volatile.Read(ref _isReleased)) wait.SpinOnce();
                break;
        }

        return null;
    }
}
