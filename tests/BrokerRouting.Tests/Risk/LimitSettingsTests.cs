using AlgoStack.BrokerRouting.Risk;
using AlgoStack.ServiceDefaults.Configuration;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Risk;
using FluentAssertions;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace AlgoStack.BrokerRouting.Tests.Risk;

public sealed class LimitSettingsTests
{
    [Fact]
    public void What_is_configured_stands_beside_the_defaults_or_in_their_place()
    {
        var limits = Read(
            ("Limits:OrderValue", "2500.5"),
            ("Limits:DuplicateMs", "none"),
            ("Limits:OrdersPerSecond", "3"),
            ("Limits:OpenMarketOnly", "true"),
            ("Limits:Restricted", "GME.ALPACA, AMC.ALPACA"),
            ("Limits:PositionPercent", "12.5"),
            ("Strategies:ema-cross:Limits:DailyTrades", "20"),
            ("Strategies:rsi", "on"));

        (limits.RiskPercent, limits.PositionPercent).Should().Be((10, 12.5m));
        (limits.Account with { Restricted = null }).Should().Be(new TradingLimits
        {
            ClockSkewMs = 500,
            PriceAgeMs = 300_000,
            FatFingerPercent = 10,
            OrdersPerSecond = 3,
            OrderValue = 2500.5m,
            OpenMarketOnly = true,
        });
        limits.Account.Restricted.Should().BeEquivalentTo([new InstrumentId("GME.ALPACA"), new InstrumentId("AMC.ALPACA")]);
        limits.Strategies.Should().ContainSingle().Which.Should().Be(KeyValuePair.Create("ema-cross", new TradingLimits { DailyTrades = 20 }));
    }

    [Fact]
    public void None_takes_away_what_is_there_by_default_and_leaves_what_is_said()
    {
        Read(("Limits", "none"), ("Limits:OrderQuantity", "7")).Account.Should().Be(new TradingLimits { OrderQuantity = 7 });
    }

    [Theory]
    [InlineData("Limits", "no")]
    [InlineData("Limits:OrderValu", "1")]
    [InlineData("Limits:OrderValue", "1e3")]
    [InlineData("Limits:OrderValue", "1,000")]
    [InlineData("Limits:OrderValue", "-1")]
    [InlineData("Limits:OrdersPerSecond", "10001")]
    [InlineData("Limits:OrdersPerSecond", "99999999999")]
    [InlineData("Limits:DuplicateMs", "0")]
    [InlineData("Limits:OpenMarketOnly", "maybe")]
    [InlineData("Limits:Restricted", "AAPL")]
    [InlineData("Limits:RiskPercent", "0")]
    [InlineData("Strategies:s:Limits:RiskPercent", "5")]
    [InlineData("Strategies:s:Limits:DailyTrades", "2.5")]
    public void What_cannot_be_is_named_by_its_key(string key, string value)
    {
        FluentActions.Invoking(() => Read((key, value))).Should().Throw<InvalidConfigurationException>().Which.Key.Should().Be($"Accounts:main:{key}");
    }

    private static RiskLimits Read(params (string Key, string Value)[] settings) => new LimitSettings(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create($"Accounts:main:{s.Key}", (string?)s.Value))).Build()).Read("main");
}
