using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Engine.Tests;

public sealed class TradingStateTests
{
    private readonly Desk _desk = new();

    [Fact]
    public void Nothing_leaves_while_trading_is_halted()
    {
        _desk.Risk.Halt();
        _desk.Buy(1).Should().BeEquivalentTo(new { Code = "halted", Reason = "Trading is halted.", Scope = RiskScope.Account });
        _desk.Risk.State.Should().Be(TradingState.Halted);

        _desk.Risk.Resume();
        _desk.Buy(1).IsAllowed.Should().BeTrue();
    }

    [Fact]
    public void While_it_is_reducing_only_what_makes_a_position_smaller_leaves()
    {
        _desk.Trade(OrderSide.Buy, 10);
        _desk.Trade(OrderSide.Sell, 2, instrument: Desk.Bitcoin);
        _desk.Risk.Switch(TradingState.Reducing);

        _desk.Buy(1).Should().BeEquivalentTo(new { Code = "reduce_only", Scope = RiskScope.Account });
        _desk.Sell(11).Code.Should().Be("reduce_only", "1 would be short");
        _desk.Sell(4).IsAllowed.Should().BeTrue();
        _desk.Sell(7).Code.Should().Be("reduce_only", "4 are being sold already");
        _desk.Sell(6).IsAllowed.Should().BeTrue();
        _desk.Buy(2, instrument: Desk.Bitcoin).IsAllowed.Should().BeTrue();
        _desk.Buy(1, instrument: Desk.Bitcoin).Code.Should().Be("reduce_only");
    }

    [Fact]
    public void A_strategy_that_is_reducing_closes_what_is_its_own()
    {
        _desk.Trade(OrderSide.Buy, 10, strategy: "s");
        _desk.Trade(OrderSide.Sell, 10, strategy: "t");
        _desk.Risk.Switch("s", TradingState.Reducing);

        _desk.Sell(11, strategy: "s").Should().BeEquivalentTo(new
        {
            Code = "reduce_only",
            Scope = RiskScope.Strategy,
            Strategy = "s",
            Reason = "Strategy s: Only orders that make a position smaller may leave.",
        });
        _desk.Sell(10, strategy: "s").IsAllowed.Should().BeTrue("the account holds nothing, but the strategy does");
        _desk.Sell(1, strategy: "t").IsAllowed.Should().BeTrue("it is another one");
    }

    [Theory]
    [InlineData(TradingState.Active, TradingState.Active, TradingState.Active, null, RiskScope.Global)]
    [InlineData(TradingState.Halted, TradingState.Active, TradingState.Active, "halted", RiskScope.Global)]
    [InlineData(TradingState.Active, TradingState.Halted, TradingState.Active, "halted", RiskScope.Account)]
    [InlineData(TradingState.Active, TradingState.Active, TradingState.Halted, "halted", RiskScope.Strategy)]
    [InlineData(TradingState.Reducing, TradingState.Active, TradingState.Active, "reduce_only", RiskScope.Global)]
    [InlineData(TradingState.Active, TradingState.Reducing, TradingState.Active, "reduce_only", RiskScope.Account)]
    [InlineData(TradingState.Active, TradingState.Active, TradingState.Reducing, "reduce_only", RiskScope.Strategy)]
    [InlineData(TradingState.Reducing, TradingState.Halted, TradingState.Active, "halted", RiskScope.Account)]
    [InlineData(TradingState.Reducing, TradingState.Reducing, TradingState.Halted, "halted", RiskScope.Strategy)]
    [InlineData(TradingState.Halted, TradingState.Reducing, TradingState.Reducing, "halted", RiskScope.Global)]
    public void The_strictest_switch_counts(TradingState global, TradingState account, TradingState strategy, string? code, RiskScope scope)
    {
        _desk.Risk.Global = global;
        _desk.Risk.Switch(account);
        _desk.Risk.Switch("s", strategy);

        _desk.Buy(1).Should().Match<RiskDecision>(d => d.Code == code && d.Scope == scope);
        _desk.Risk.StatesOf("s").Should().Be(new TradingStates(global, account, strategy));
        _desk.Risk.StatesOf("s").Strictest.Should().Be((TradingState)new[] { (int)global, (int)account, (int)strategy }.Max());
    }

    [Fact]
    public void An_exit_leaves_while_it_is_reducing_and_not_while_it_is_halted()
    {
        _desk.Now = _desk.Now with { OnlyReduces = true };
        _desk.Risk.Switch(TradingState.Reducing);
        _desk.Sell(1).IsAllowed.Should().BeTrue("whoever asks sees to it that it cannot open anything");
        _desk.Risk.Halt();
        _desk.Sell(1).Code.Should().Be("halted");
    }

    [Fact]
    public void A_halt_is_named_before_anything_that_is_wrong_with_the_order()
    {
        _desk.Risk.Halt();
        _desk.Buy(0).Code.Should().Be("halted");
    }
}
