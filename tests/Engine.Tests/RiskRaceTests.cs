using AlgoStack.Trading.Risk;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Engine.Tests;

/// <summary>Sixty-four threads want the same account at once, which lets one in at a time.</summary>
public sealed class RiskRaceTests
{
    private const int Threads = 64;
    private const int OrdersEach = 50;

    [Theory]
    [InlineData("order_rate", 100)]
    [InlineData("daily_trade_limit", 101)]
    [InlineData("position_limit", 102)]
    [InlineData("gross_exposure_limit", 103)]
    [InlineData("insufficient_cash", 104)]
    public void As_many_leave_as_the_limit_lets(string code, int most)
    {
        var limits = code switch
        {
            "order_rate" => new TradingLimits { OrdersPerSecond = most },
            "daily_trade_limit" => new TradingLimits { DailyTrades = most },
            "position_limit" => new TradingLimits { PositionQuantity = most },
            "gross_exposure_limit" => new TradingLimits { GrossExposure = most * 100 },
            _ => TradingLimits.None,
        };
        var desk = new Desk(Desk.Wide with { Account = limits }, balance: code == "insufficient_cash" ? most * 100 : 1_000_000);

        var decisions = Race(desk);

        decisions.Should().HaveCount(Threads * OrdersEach);
        decisions.Count(d => d.IsAllowed).Should().Be(most);
        decisions.Where(d => !d.IsAllowed).Select(d => d.Code).Distinct(StringComparer.Ordinal).Should().Equal(code);
    }

    private static List<RiskDecision> Race(Desk desk)
    {
        var decisions = new List<RiskDecision>();
        var account = new Lock();
        using var start = new Barrier(Threads);
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(t => new Thread(() =>
        {
            start.SignalAndWait();
            for (var i = 0; i < OrdersEach; i++)
            {
                lock (account) decisions.Add(desk.Buy(1, strategy: $"s{t % 4}"));
            }
        }))];
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        return decisions;
    }
}
