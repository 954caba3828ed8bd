using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;

namespace AlgoStack.Engine.Tests;

/// <summary>
/// An account of 1,000,000 in each of two currencies that may use all of it a hundred times over, so that only the limits of a test
/// deny. A share and a coin, both last at 100 at noon.
/// </summary>
internal sealed class Desk
{
    public const long Noon = 1_767_268_800_000;
    public const int Apple = 0;
    public const int Bitcoin = 1;

    private static readonly Instrument[] Instruments =
    [
        new(new InstrumentId("AAPL.SIM"), 0.01m, 1, "USD"),
        new(new InstrumentId("BTCEUR.SIM"), 0.05m, 0.001m, "EUR"),
    ];

    private int _orders;

    public Desk(TradingLimits? limits = null, string? strategy = null)
        : this(LimitsOf(limits ?? TradingLimits.None, strategy))
    {
    }

    public Desk(RiskLimits limits, decimal balance = 1_000_000)
    {
        Portfolio = new PortfolioKeeper("paper", balance);
        foreach (var instrument in Instruments) Portfolio.Add(instrument);
        Portfolio.Mark(Apple, 100);
        Portfolio.Mark(Bitcoin, 100);
        Risk = new RiskEngine(Portfolio, limits);
    }

    public PortfolioKeeper Portfolio { get; }

    public RiskEngine Risk { get; }

    /// <summary>What the next orders are told about their moment.</summary>
    public RiskContext Now { get; set; } = new(Noon, 100, Noon, MarketStatus.Open, ClockSkewMs: 0, OnlyReduces: false);

    /// <summary>The same limits for the account or, where it is named, for one strategy.</summary>
    public static RiskLimits LimitsOf(TradingLimits limits, string? strategy) => strategy is null
        ? Wide with { Account = limits }
        : Wide with { Strategies = new Dictionary<string, TradingLimits>(StringComparer.Ordinal) { [strategy] = limits } };

    public static RiskLimits Wide { get; } = new(10, 10_000);

    public void At(long ms) => Now = Now with { NowMs = ms, LastPriceMs = ms };

    public OrderIntent Market(OrderSide side, decimal quantity, decimal price = 100, string strategy = "s", int instrument = Apple) => new(
        ClientOrderId.For("paper", strategy, Instruments[instrument].Id, Noon, _orders++),
        "paper", strategy, Instruments[instrument].Id, side, quantity, OrderType.Market, price, null, default);

    public RiskDecision Check(OrderIntent intent) => Risk.Check(intent.Instrument == Instruments[Apple].Id ? Apple : Bitcoin, intent, Now);

    public RiskDecision Buy(decimal quantity, decimal price = 100, string strategy = "s", int instrument = Apple) =>
        Check(Market(OrderSide.Buy, quantity, price, strategy, instrument));

    public RiskDecision Sell(decimal quantity, decimal price = 100, string strategy = "s", int instrument = Apple) =>
        Check(Market(OrderSide.Sell, quantity, price, strategy, instrument));

    /// <summary>An order that is allowed and trades at once.</summary>
    public void Trade(OrderSide side, decimal quantity, decimal price = 100, string strategy = "s", int instrument = Apple, decimal commission = 0)
    {
        var intent = Market(side, quantity, price, strategy, instrument);
        Risk.Reserve(instrument, intent, quantity);
        Fill(instrument, intent, quantity, price, commission);
    }

    public void Fill(int instrument, OrderIntent intent, decimal quantity, decimal price, decimal commission = 0)
    {
        var fill = new OrderFilled(intent.OrderId, "t", quantity, price, commission, 0, default);
        Risk.OnFill(instrument, intent, fill);
        Portfolio.Book(instrument, intent.Side, fill);
    }
}
