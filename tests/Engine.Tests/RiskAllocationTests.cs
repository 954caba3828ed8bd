using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Engine.Tests;

/// <summary>Every answer there is: it has a code and words, and making it allocates nothing.</summary>
public sealed class RiskAllocationTests
{
    private const int Decisions = 100_000;

    public static TheoryData<RiskRule> Rules => [.. Enum.GetValues<RiskRule>()];

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_decision_allocates_nothing(RiskRule rule)
    {
        var (desk, intent) = AnsweredBy(rule);
        Decide(desk, intent, rule, 200);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Decide(desk, intent, rule, Decisions);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_denial_has_a_code_and_says_why(RiskRule rule)
    {
        var (desk, intent) = AnsweredBy(rule);
        var decision = desk.Check(intent);

        (decision.Rule, decision.IsAllowed).Should().Be((rule, rule == RiskRule.None));
        if (decision.IsAllowed)
        {
            (decision.Code, decision.Reason).Should().Be((null, null));
            return;
        }

        decision.Code.Should().MatchRegex("^[a-z]+(_[a-z]+)*$");
        decision.Reason.Should().MatchRegex(@"^[A-Z0-9-].*\.$");
        if (decision.Limit > 0) decision.Reason.Should().Contain($"{decision.Limit:0}");
    }

    private static void Decide(Desk desk, OrderIntent intent, RiskRule rule, int times)
    {
        for (var i = 0; i < times; i++)
        {
            // An order each hour, so that neither a rate nor a day is used up.
            if (rule == RiskRule.None) desk.At(desk.Now.NowMs + 3_600_000);
            var decision = desk.Risk.Check(Desk.Apple, intent, desk.Now);
            if (decision.Rule != rule) throw new InvalidOperationException($"{rule} was expected, found {decision.Rule}.");
            if (rule == RiskRule.None) desk.Risk.Release(Desk.Apple, intent, intent.Quantity);
        }
    }

    private static (Desk Desk, OrderIntent Intent) AnsweredBy(RiskRule rule)
    {
        // Every limit there is, none of which the order breaks, of both the account and the strategy.
        var limits = new TradingLimits
        {
            ClockSkewMs = 500,
            OpenMarketOnly = true,
            Restricted = new HashSet<InstrumentId> { new("GME.SIM") },
            PriceAgeMs = 5_000,
            FatFingerPercent = 10,
            OrderQuantity = 1_000,
            OrderValue = 100_000,
            DuplicateMs = 1_000,
            OrdersPerSecond = 100,
            DailyLoss = 1_000,
            DailyTrades = 1_000,
            PositionQuantity = 1_000,
            PositionValue = 100_000,
            GrossExposure = 200_000,
            NetExposure = 200_000,
        };
        limits = rule switch
        {
            RiskRule.RestrictedInstrument => limits with { Restricted = new HashSet<InstrumentId> { new("AAPL.SIM") } },
            RiskRule.OrderQuantity => limits with { OrderQuantity = 9 },
            RiskRule.OrderValue => limits with { OrderValue = 999 },
            RiskRule.OrderRate => limits with { OrdersPerSecond = 0 },
            RiskRule.DailyLoss => limits with { DailyLoss = 0 },
            RiskRule.DailyTrades => limits with { DailyTrades = 0 },
            RiskRule.PositionQuantity => limits with { PositionQuantity = 9 },
            RiskRule.PositionValue => limits with { PositionValue = 999 },
            RiskRule.GrossExposure => limits with { GrossExposure = 999 },
            RiskRule.NetExposure => limits with { NetExposure = 999 },
            _ => limits,
        };
        var desk = new Desk(new RiskLimits(10, rule == RiskRule.PositionPercent ? 0 : 10_000)
        {
            Margin = rule is RiskRule.Margin or RiskRule.MarginCall ? new MarginModel(200, 25) : null,
            Account = limits,
            Strategies = new Dictionary<string, TradingLimits>(StringComparer.Ordinal) { ["s"] = limits },
        }, balance: rule switch { RiskRule.Cash => 999, RiskRule.Margin => 1_999, _ => 1_000_000 });
        var intent = desk.Market(OrderSide.Buy, 10) with { Type = OrderType.Limit, LimitPrice = 100 };
        switch (rule)
        {
            case RiskRule.Halted:
                desk.Risk.Switch("s", TradingState.Halted);
                break;
            case RiskRule.ReduceOnly:
                desk.Risk.Global = TradingState.Reducing;
                break;
            case RiskRule.DuplicateOrder:
                desk.Check(intent).IsAllowed.Should().BeTrue();
                break;
            case RiskRule.MarginCall:
                desk.Trade(OrderSide.Sell, 100_000);
                desk.Portfolio.Mark(Desk.Apple, 200);
                desk.Risk.Watch(0, default).Should().NotBeNull();
                break;
        }

        desk.Now = rule switch
        {
            RiskRule.ClockSkewUnknown => desk.Now with { ClockSkewMs = null },
            RiskRule.ClockSkew => desk.Now with { ClockSkewMs = 501 },
            RiskRule.MarketUnknown => desk.Now with { Market = MarketStatus.Unknown },
            RiskRule.MarketClosed => desk.Now with { Market = MarketStatus.Closed },
            RiskRule.NoPrice => desk.Now with { LastPrice = null },
            RiskRule.StalePrice => desk.Now with { NowMs = Desk.Noon + 5_001 },
            RiskRule.FatFinger => desk.Now with { LastPrice = 1 },
            _ => desk.Now,
        };
        return (desk, rule switch
        {
            RiskRule.BuysNoLot => intent with { Quantity = 0 },
            RiskRule.QuantityBelowLot => intent with { Quantity = 0.5m },
            RiskRule.QuantityOffLot => intent with { Quantity = 1.5m },
            RiskRule.PriceMissing => intent with { LimitPrice = null },
            RiskRule.PriceInvalid => intent with { LimitPrice = -1 },
            RiskRule.PriceOffTick => intent with { LimitPrice = 100.001m },
            _ => intent,
        });
    }
}
