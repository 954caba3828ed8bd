using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Portfolios;
using AlgoStack.Trading.Positions;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Trading.Tests.Portfolios;

public sealed class PortfolioHistoryTests
{
    private static readonly InstrumentId Apple = new("AAPL.SIM");
    private static readonly InstrumentId Bitcoin = new("BTCUSDT.BINANCE");
    private static readonly DateTimeOffset Start = new(2024, 1, 2, 15, 0, 0, TimeSpan.Zero);

    private readonly PortfolioHistory _history = new(new Dictionary<string, decimal>(StringComparer.Ordinal) { ["USD"] = 1_000, ["BTC"] = 0 });
    private int _fills;

    [Fact]
    public void A_trade_has_its_commissions_and_its_dividends_and_counts_in_the_statistics()
    {
        Fill(OrderSide.Buy, 10, 50, commission: 1);
        _history.OnPosition(new DividendBooked("main", Apple, "USD", 10, 50, 2, Start, 2));
        Fill(OrderSide.Sell, 10, 61, commission: 1);
        _history.OnEquity("USD", Start.AddDays(1), 1_110);

        _history.Trades.Should().ContainSingle().Which.ProfitAndLoss.Should().Be(110);
        _history.LotsOf(Apple).RealizedPnl.Should().Be(112);
        var statistics = _history.Statistics("USD", 1_110);
        (statistics.Trades, statistics.ProfitAndLoss, statistics.Commission, statistics.WinRate).Should().Be((1, 110, 2, 1.0));
    }

    [Fact]
    public void A_currency_that_nothing_was_paid_into_has_trades_and_no_statistics()
    {
        _history.Currencies.Should().Equal("USD");
        _history.OnFill(new InstrumentId("ETHBTC.BINANCE"), "BTC", OrderSide.Buy, Filled(1, 0.05m));
        _history.OnFill(new InstrumentId("ETHBTC.BINANCE"), "BTC", OrderSide.Sell, Filled(1, 0.06m));
        _history.OnEquity("BTC", Start, 0.01m);

        _history.Trades.Should().ContainSingle().Which.ProfitAndLoss.Should().Be(0.01m);
    }

    // Bought for 100, sold for 109.89: what the venue kept of the coin was worth 0.10.
    [Fact]
    public void A_fee_in_the_coin_itself_is_commission_and_what_is_left_closes()
    {
        _history.OnFill(Bitcoin, "USDT", OrderSide.Buy, Filled(1, 100) with { Fee = 0.001m, FeeAsset = "BTC" });
        _history.LotsOf(Bitcoin).Open.Should().ContainSingle().Which.Quantity.Should().Be(0.999m);
        _history.OnFill(Bitcoin, "USDT", OrderSide.Sell, Filled(0.999m, 110));

        var trade = _history.Trades.Should().ContainSingle().Which;
        trade.Commission.Should().Be(0.1m);
        trade.ProfitAndLoss.Should().Be(109.89m - 100);
        _history.LotsOf(Bitcoin).AtAverageCost.RealizedPnl.Should().Be(_history.LotsOf(Bitcoin).RealizedPnl);
    }

    [Fact]
    public void What_comes_without_a_trade_comes_at_the_average_price_and_both_methods_end_alike()
    {
        _history.OnPosition(Adjusted(10, 90));
        Fill(OrderSide.Buy, 10, 110);
        _history.OnPosition(Adjusted(16, 100));
        Fill(OrderSide.Sell, 16, 120);

        // 4 of the oldest went at 100, that were at 90; the other 16 cost 540 + 1,100 less what those had brought.
        var lots = _history.LotsOf(Apple);
        lots.RealizedPnl.Should().Be(40 + (6 * 30) + (10 * 10));
        lots.AtAverageCost.RealizedPnl.Should().Be(16 * 20);
        lots.RealizedPnl.Should().Be(lots.AtAverageCost.RealizedPnl);
        _history.Trades.Should().ContainSingle();
    }

    [Fact]
    public void A_split_in_the_middle_of_a_trade_leaves_what_it_made()
    {
        Fill(OrderSide.Buy, 3, 100);
        _history.OnPosition(new PositionSplit("main", Apple, "USD", 4, 100 / 1.5m, 10, Start, 3, 2, 0.5m, 80, 40));
        Fill(OrderSide.Sell, 4, 80);

        // 300 became 4.5 shares, which all went at 80.
        _history.Trades.Should().ContainSingle().Which.ProfitAndLoss.Should().Be(60);
        _history.LotsOf(Apple).RealizedPnl.Should().BeApproximately(60, 1e-20m);
        _history.Statistics("USD", 1_060).Trades.Should().Be(1);
    }

    private static PositionAdjusted Adjusted(decimal quantity, decimal average) => new("main", Apple, "USD", quantity, average, 0, Start, "the venue says so");

    private OrderFilled Filled(decimal quantity, decimal price, decimal commission = 0) =>
        new(new ClientOrderId("o"), $"T{++_fills}", quantity, price, commission, 0, Start.AddMinutes(_fills));

    private void Fill(OrderSide side, decimal quantity, decimal price, decimal commission = 0) =>
        _history.OnFill(Apple, "USD", side, Filled(quantity, price, commission));
}
