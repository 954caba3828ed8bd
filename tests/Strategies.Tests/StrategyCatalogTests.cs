using AlgoStack.Trading.Instruments;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Strategies.Tests;

public sealed class StrategyCatalogTests
{
    private static readonly InstrumentId First = new("FIRST.SIM");
    private static readonly InstrumentId Second = new("SECOND.SIM");

    [Fact]
    public void Every_strategy_there_is_is_in_it_once_in_the_order_of_their_names()
    {
        var types = typeof(StrategyEntry).Assembly.GetExportedTypes().Where(type => type.IsValueType && type.GetInterfaces().Any(
            i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IStrategyDefinition<>)));

        StrategyCatalog.All.Select(entry => entry.GetType().GetGenericArguments()[0]).Should().BeEquivalentTo(types);
        StrategyCatalog.All.Select(entry => entry.Name).Should().BeInAscendingOrder(StringComparer.Ordinal).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public void What_runs_where_nothing_is_configured_are_these_two() =>
        StrategyCatalog.Usual.Select(strategy => $"{strategy.Name}: {strategy.ParameterText}").Should().Equal(
            "band-reversion: bands=20 width=2 rsi=14 oversold=35 stop=2 expiry=20",
            "ema-cross: fast=12 slow=26 stop=3");

    [Fact]
    public void A_default_is_in_its_range_and_whole_where_it_has_to_be()
    {
        foreach (var parameter in StrategyCatalog.All.SelectMany(entry => entry.Schema.Parameters))
        {
            parameter.Default.Should().BeInRange(parameter.Least, parameter.Most, parameter.Name);
            if (parameter.IsWhole) parameter.Default.Should().Be(Math.Floor(parameter.Default));
            parameter.Meaning.Should().NotBeEmpty();
        }
    }

    [Fact]
    public void A_name_it_does_not_know_is_refused_with_those_it_does() =>
        FluentActions.Invoking(() => StrategyCatalog.Find("ema-crosss")).Should().Throw<ArgumentException>()
            .WithMessage("Strategy: expected one of band-reversion, bollinger-squeeze,*, vwap, found 'ema-crosss'.*");

    [Theory]
    [InlineData("band-reversion", "expiry=0", "Parameter expiry: expected a whole number from 1 to 100000, found 0.")]
    [InlineData("bollinger-squeeze", "bands=5", "bollinger-squeeze: width 2 does not go with the other parameters.")]
    [InlineData("buy-and-hold", "fast=1", "buy-and-hold: expected no parameter, found fast.")]
    [InlineData("donchian-breakout", "exit=30", "donchian-breakout: exit 30 does not go with the other parameters.")]
    [InlineData("donchian-breakout", "short=0.5", "Parameter short: expected a whole number from 0 to 1, found 0.5.")]
    [InlineData("donchian-breakout", "short=2", "Parameter short: expected a whole number from 0 to 1, found 2.")]
    [InlineData("ema-cross", "fast=26", "ema-cross: fast 26 does not go with the other parameters.")]
    [InlineData("ema-cross", "fast=12 fast=13", "ema-cross: found fast twice.")]
    [InlineData("ema-cross", "fast", "ema-cross: expected name=number, found 'fast'.")]
    [InlineData("ema-cross", "stop=NaN", "Parameter stop: expected a number from 0.5 to 100, found NaN.")]
    [InlineData("ensemble", "leave=0.6", "ensemble: leave 0.6 does not go with the other parameters.")]
    [InlineData("ensemble", "ema-cross=0 donchian-breakout=0 rsi-reversion=0 macd-cross=0", "ensemble: macd 0 does not go with the other parameters.")]
    [InlineData("macd-cross", "slow=12", "macd-cross: slow 12 does not go with the other parameters.")]
    [InlineData("macd-divergence", "slow=12", "macd-divergence: slow 12 does not go with the other parameters.")]
    [InlineData("mfi-reversion", "oversold=50", "Parameter oversold: expected a number from 1 to 49, found 50.")]
    [InlineData("pairs", "exit=2", "pairs: exit 2 does not go with the other parameters.")]
    [InlineData("pairs", "stop=2", "pairs: stop 2 does not go with the other parameters.")]
    [InlineData("pairs", "length=17", "pairs: stop 4 does not go with the other parameters.")]
    [InlineData("rsi-reversion", "exit=30", "rsi-reversion: exit 30 does not go with the other parameters.")]
    [InlineData("sma-cross", "slow=10", "sma-cross: fast 10 does not go with the other parameters.")]
    [InlineData("sma-cross", "width=10", "sma-cross: expected a parameter among fast, slow, found width.")]
    [InlineData("trend-pullback", "exit=35", "trend-pullback: exit 35 does not go with the other parameters.")]
    [InlineData("vwap", "start=1440", "Parameter start: expected a whole number from 0 to 1439, found 1440.")]
    public void Parameters_that_will_not_do_are_refused_with_what_was_expected(string name, string parameters, string message) =>
        FluentActions.Invoking(() => StrategyCatalog.Find(name).Configure(parameters, name == "pairs" ? [First, Second] : []))
            .Should().Throw<ArgumentException>().WithMessage(message + "*");

    [Fact]
    public void A_pair_that_is_not_of_two_instruments_is_refused()
    {
        var pairs = StrategyCatalog.Find("pairs");

        FluentActions.Invoking(() => pairs.Configure()).Should().Throw<ArgumentException>()
            .WithMessage("pairs: expected two instruments, found none.*");
        FluentActions.Invoking(() => pairs.Configure("", First, First)).Should().Throw<ArgumentException>()
            .WithMessage("pairs: expected two instruments, found FIRST.SIM, FIRST.SIM.*");
    }
}
