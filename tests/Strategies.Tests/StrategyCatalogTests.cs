using FluentAssertions;
using Xunit;

namespace AlgoStack.Strategies.Tests;

public sealed class StrategyCatalogTests
{
    [Fact]
    public void It_lists_the_strategies_by_name_with_their_parameters() =>
        StrategyCatalog.All.Select(strategy => $"{strategy.Name}: {strategy.Parameters}").Should().Equal(
            "band-reversion: bands=20x2 rsi=14<35 stop=2sd expiry=20",
            "ema-cross: fast=12 slow=26 stop=3atr");

    [Fact]
    public void A_name_it_does_not_know_is_refused_with_those_it_does() =>
        FluentActions.Invoking(() => StrategyCatalog.Find("ema-crosss")).Should().Throw<ArgumentException>()
            .WithMessage("Strategy: expected one of band-reversion, ema-cross, found 'ema-crosss'.*");

    [Fact]
    public void A_runner_carries_its_strategys_name_and_refuses_a_negative_index()
    {
        var runner = StrategyCatalog.Find("ema-cross").NewRunner();

        runner.Name.Should().Be("ema-cross");
        FluentActions.Invoking(() => runner.OnBar(-1, Sp500.Bars[0], out _)).Should().Throw<ArgumentOutOfRangeException>();
    }
}
