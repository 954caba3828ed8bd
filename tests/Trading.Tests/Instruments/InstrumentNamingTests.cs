using AlgoStack.Trading.Instruments;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Trading.Tests.Instruments;

public sealed class InstrumentNamingTests
{
    [Theory]
    [InlineData("AAPL", null, "AAPL.SIM", true, "USD")]
    [InlineData("AAPL", "NASDAQ", "AAPL.NASDAQ", true, "USD")]
    [InlineData("NYSE:BRK.B", null, "BRK.B.NYSE", true, "USD")]
    [InlineData("BRK.B", null, "BRK.B.SIM", true, "USD")]
    [InlineData("SP500-2000", null, "SP500-2000.SIM", true, "USD")]
    [InlineData("GOOGL", null, "GOOGL.SIM", true, "USD")]
    [InlineData("BINANCE-SPOT:BTCBUSD", null, "BTCBUSD.BINANCE-SPOT", false, "BUSD")]
    [InlineData("COINBASE-SPOT:BTCEUR", null, "BTCEUR.COINBASE-SPOT", false, "EUR")]
    [InlineData("BYBIT-PERP:BTCUSDT", null, "BTCUSDT.BYBIT-PERP", false, "USDT")]
    [InlineData("BTC-PERP", null, "BTC-PERP.SIM", false, "USD")]
    [InlineData("EURUSD", null, "EURUSD.SIM", false, "USD")]
    [InlineData("OANDA:USDJPY", null, "USDJPY.OANDA", false, "JPY")]
    [InlineData("ETHBTC", null, "ETHBTC.SIM", false, "BTC")]
    [InlineData("BTC/USD", "KRAKEN", "BTC/USD.KRAKEN", false, "USD")]
    public void Symbols_become_instruments(string symbol, string? venue, string id, bool equity, string currency)
    {
        InstrumentNaming.TryName(symbol, venue, out var instrument, out var error).Should().BeTrue(error);

        instrument!.Id.Value.Should().Be(id);
        InstrumentNaming.IsEquity(instrument.Id).Should().Be(equity);
        instrument.Tick.Should().Be(equity ? 0.01m : 0.00000001m);
        instrument.Lot.Should().Be(equity ? 1m : 0.00000001m);
        instrument.Currency.Should().Be(currency);
    }

    [Theory]
    [InlineData("")]
    [InlineData("A B")]
    [InlineData("A'; drop table bars")]
    [InlineData("Ünicode")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Odd_symbols_are_refused_with_the_reason(string symbol)
    {
        InstrumentNaming.TryName(symbol, null, out _, out var error).Should().BeFalse();

        error.Should().NotBeEmpty();
    }
}
