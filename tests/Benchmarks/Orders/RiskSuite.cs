using System.Diagnostics;
using AlgoStack.Benchmarks.Limits;
using AlgoStack.Benchmarks.Measuring;
using AlgoStack.Engine;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;

namespace AlgoStack.Benchmarks.Orders;

/// <summary>
/// Risk decisions on one core: an account of twenty instruments, of which it holds ten, four strategies, and every limit set for the
/// account and for each of them. What is allowed is on its way until ten are; then they are canceled, which is not timed.
/// </summary>
internal sealed class RiskSuite(int decisions)
{
    private const double LoopExpected = 60_000_000;
    private const double MicrosecondsAtMost = 1;
    private const int Instruments = 20;
    private const int OnTheirWay = 10;
    private const long FirstMs = 1_767_268_800_000;

    private static readonly TradingLimits Every = new()
    {
        ClockSkewMs = 500,
        OpenMarketOnly = true,
        Restricted = new HashSet<InstrumentId> { new("GME.SIM") },
        PriceAgeMs = 5_000,
        FatFingerPercent = 10,
        OrderQuantity = 1_000,
        OrderValue = 100_000,
        DuplicateMs = 1,
        OrdersPerSecond = 2_000,
        DailyLoss = 1_000_000,
        DailyTrades = int.MaxValue,
        PositionQuantity = 10_000,
        PositionValue = 1_000_000,
        GrossExposure = 10_000_000,
        NetExposure = 10_000_000,
    };

    private readonly (int Instrument, OrderIntent Intent)[] _orders = [.. Enumerable.Range(0, 1_000).Select(Order)];
    private long _nowMs = FirstMs;

    public IEnumerable<Comparison> Comparisons =>
    [
        new("risk decision, allowed", "decisions", 0.01, 0.02, Loop, () => Rate(NewRisk(Every), RiskRule.None), LoopExpected),
        new("risk decision, last rule denies", "decisions", 0.01, 0.02, Loop, () => Rate(NewRisk(Every with { NetExposure = 0 }), RiskRule.NetExposure), LoopExpected),
        new("risk decision, first rule denies", "decisions", 0.1, 0.3, Loop, () => Rate(Halted(), RiskRule.Halted), LoopExpected),
    ];

    /// <summary>A million a second is a microsecond each.</summary>
    public IEnumerable<Bound> Bounds =>
    [
        new("risk decision, one core, allowed", "µs", MicrosecondsAtMost, 0.5, async () => 1e6 / await Rate(NewRisk(Every), RiskRule.None)),
        new("risk decision, one core, denied", "µs", MicrosecondsAtMost, 0.5, async () => 1e6 / await Rate(NewRisk(Every with { NetExposure = 0 }), RiskRule.NetExposure)),
        new("risk decision, allocated", "bytes", 0, 0, () => Task.FromResult(AllocatedBytes(NewRisk(Every)) / decisions)),
    ];

    private static (int Instrument, OrderIntent Intent) Order(int number)
    {
        var instrument = number % Instruments;
        var strategy = $"s{number % 4}";
        return (instrument, new OrderIntent(
            ClientOrderId.For("bench", strategy, Name(instrument), FirstMs, number), "bench", strategy, Name(instrument), OrderSide.Buy, 1 + (number / Instruments),
            OrderType.Limit, 100, null, default)
        {
            LimitPrice = 100,
        });
    }

    private static InstrumentId Name(int instrument) => new($"W{instrument:000}.SIM");

    private static RiskEngine NewRisk(TradingLimits limits)
    {
        var portfolio = new PortfolioKeeper("bench", 100_000_000);
        for (var instrument = 0; instrument < Instruments; instrument++)
        {
            portfolio.Add(new Instrument(Name(instrument), 0.01m, 1, "USD"));
            portfolio.Mark(instrument, 100);
            if (instrument % 2 == 0) portfolio.Book(instrument, OrderSide.Buy, new OrderFilled(new ClientOrderId("b"), "t", 100, 100, 0, 0, default));
        }

        return new RiskEngine(portfolio, new RiskLimits(10, 25)
        {
            Account = limits,
            Strategies = Enumerable.Range(0, 4).ToDictionary(s => $"s{s}", _ => limits, StringComparer.Ordinal),
        });
    }

    private static RiskEngine Halted()
    {
        var risk = NewRisk(Every);
        risk.Halt();
        return risk;
    }

    private Task<double> Loop()
    {
        var held = new decimal[Instruments];
        var started = Stopwatch.GetTimestamp();
        if (RiskLimit.Decide(_orders, decisions, held) != decisions) throw new InvalidDataException("The loop was to allow every order.");
        return Task.FromResult(decisions / Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    private Task<double> Rate(RiskEngine risk, RiskRule expected) => Task.FromResult(decisions / Decide(risk, expected).TotalSeconds);

    private double AllocatedBytes(RiskEngine risk)
    {
        Decide(risk, RiskRule.None);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Decide(risk, RiskRule.None);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    /// <summary>A thousand orders a second of the context's clock, of which the last few are on their way.</summary>
    /// <returns>How long the decisions took.</returns>
    private TimeSpan Decide(RiskEngine risk, RiskRule expected)
    {
        var took = TimeSpan.Zero;
        for (var i = 0; i < decisions; i += OnTheirWay)
        {
            var orders = _orders.AsSpan(i % _orders.Length, OnTheirWay);
            var started = Stopwatch.GetTimestamp();
            foreach (var (instrument, intent) in orders)
            {
                _nowMs++;
                var decision = risk.Check(instrument, intent, new RiskContext(_nowMs, 100, _nowMs, MarketStatus.Open, ClockSkewMs: 3, OnlyReduces: false));
                if (decision.Rule != expected) throw new InvalidDataException($"Risk was to say {expected}, found {decision.Rule}: {decision.Reason}");
            }

            took += Stopwatch.GetElapsedTime(started);
            if (expected != RiskRule.None) continue;
            foreach (var (instrument, intent) in orders) risk.Release(instrument, intent, intent.Quantity);
        }

        return took;
    }
}
