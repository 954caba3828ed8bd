using System.Net;
using System.Net.Http.Json;
using AlgoStack.BrokerRouting.Portfolios;
using AlgoStack.BrokerRouting.Tests.Accounts;
using AlgoStack.Contracts.Backtests;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using AlgoStack.Testing.Trading;
using AlgoStack.Trading.Orders;
using FluentAssertions;
using Npgsql;
using Xunit;
using static AlgoStack.BrokerRouting.Tests.Accounts.AccountSurroundings;

namespace AlgoStack.BrokerRouting.Tests.Portfolios;

/// <summary>What portfolios show of sessions and of accounts at venues.</summary>
public sealed class PortfolioTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    private static readonly int[] Sizes = [300, 300, 300];

    [Fact]
    public async Task A_session_is_a_portfolio_whose_trades_and_equity_are_those_of_its_fills()
    {
        using var session = RecordedSession.Of("replay-portfolio", Sizes);
        await using var here = await RoutingSurroundings.StartAsync(servers, session);
        await using var routing = await here.StartRoutingAsync();
        await here.AnnounceAsync(1, 2, 3);
        await here.ReachAsync(routing, 3);
        var engines = session.Run.Session;
        var balance = engines.Balances.Single();

        (await routing.GetAsync<PortfolioSummary[]>("/portfolios")).Should().ContainSingle().Which.Portfolio.Should().Be(here.Account);
        var portfolio = await routing.GetAsync<PortfolioDetail>($"/portfolios/{here.Account}");
        portfolio.SessionId.Should().Be(session.Id);
        portfolio.Balances.Should().BeEquivalentTo(engines.Balances);
        var exposure = portfolio.Exposures.Should().ContainSingle().Which;
        exposure.Net.Should().Be(balance.Equity - balance.Cash);
        exposure.UnrealizedPnl.Should().BeApproximately(balance.Equity - balance.Opening - balance.RealizedPnl + balance.Commission, 1e-15m);

        var fills = await PagesAsync<FillView>(routing, $"/portfolios/{here.Account}/fills", f => f.Position);
        fills.Select(f => (f.TradeId, f.Quantity, f.Price)).Should().Equal(session.Fills.Select(f => (f.TradeId, f.Quantity, f.Price)).Reverse());
        (await routing.GetAsync<FillView[]>($"/portfolios/{here.Account}/fills?instrument={fills[0].Instrument}&before={fills[0].At:yyyy-MM-dd'T'HH:mm:ss'Z'}&limit=1000"))
            .Should().Equal(fills.Where(f => f.At < fills[0].At));
        (await routing.GetAsync<FillView[]>($"/portfolios/{here.Account}/fills?instrument=OTHER.SIM")).Should().BeEmpty();
        var trades = await PagesAsync<PortfolioTrade>(routing, $"/portfolios/{here.Account}/trades", t => t.Number);
        trades.Select(t => t.Number).Should().Equal(Enumerable.Range(1, trades.Count).Select(n => (long)n).Reverse());

        trades.Select(t => t.ProfitAndLoss).Reverse().Should().Equal(CashBetweenFlats(session));

        var (average, fifo) = (await PositionAsync(routing, here.Account, "average"), await PositionAsync(routing, here.Account, "FIFO"));
        average.Quantity.Should().Be(fifo.Quantity);
        fifo.Lots!.Sum(l => l.Quantity).Should().Be(fifo.Quantity);
        (average.RealizedPnl - (average.Quantity * average.AveragePrice)).Should().BeApproximately(
            fifo.RealizedPnl - (fifo.Quantity * fifo.AveragePrice), 1e-15m, "both have the same cash");

        var statistics = (await routing.GetAsync<BacktestStatistics[]>($"/portfolios/{here.Account}/statistics")).Should().ContainSingle().Which;
        (statistics.Currency, statistics.Trades, statistics.FinalEquity, statistics.Commission, statistics.OpeningEquity)
            .Should().Be((balance.Currency, trades.Count, balance.Equity, balance.Commission, balance.Opening));
        (await routing.GetAsync<EquityPoint[]>($"/portfolios/{here.Account}/equity?currency={balance.Currency}")).Should().Equal(
            (await routing.GetAsync<PortfolioView>($"/portfolio?session={session.Id}")).Curve);
        (await routing.GetAsync<EquityPoint[]>($"/portfolios/{here.Account}/equity?currency=XXX")).Should().BeEmpty();
    }

    [Fact]
    public async Task An_account_at_a_venue_has_a_curve_trades_and_statistics_and_a_split_leaves_its_equity()
    {
        await using var here = await AccountSurroundings.StartAsync(servers);
        await here.Venue.SetPriceAsync("AAPL", 190m);
        await here.ProvenAsync();
        await TradeAsync(here, "b1", "Buy", 10, 191m);
        await here.Venue.SetPriceAsync("AAPL", 200m);
        await TradeAsync(here, "b2", "Buy", 10, 201m);
        await TradeAsync(here, "s1", "Sell", 10, 199m);

        var fifo = await PositionAsync(here.Routing, Account, "fifo", p => p.Quantity == 10);
        (fifo.AveragePrice, fifo.RealizedPnl, fifo.Lots!.Single().Price).Should().Be((200, 100, 200));
        // Prices follow the log by themselves.
        var average = await PositionAsync(here.Routing, Account, "average", p => p is { Quantity: 10, LastPrice: 200 });
        (average.AveragePrice, average.RealizedPnl, average.LastPrice).Should().Be((195, 50, 200), "no bar has told another price than was last traded at");
        var portfolio = await here.Routing.GetAsync<PortfolioDetail>($"/portfolios/{Account}");
        portfolio.Venue.Should().Be("ALPACA");
        portfolio.Balances.Should().Equal(new BalanceView("USD", 100_000, 98_100, 100_100, 50, 0));
        portfolio.Exposures.Single().Should().BeEquivalentTo(new { Gross = 2_000m, Net = 2_000m, GrossShare = 2_000 / 100_100.0, UnrealizedPnl = 50m });

        // It was held yesterday already, as far as the books know: the split is of today.
        (await here.Routing.GetAsync<CorporateActionTerms[]>("/corporate-actions")).Should().BeEmpty();
        using var told = await here.Routing.Http.PostAsJsonAsync(
            "/corporate-actions", new Contracts.Portfolio.TellCorporateAction("AAPL.ALPACA", "split", TimeProvider.System.GetUtcNow(), New: 4));
        told.StatusCode.Should().Be(HttpStatusCode.OK);
        (await here.Routing.GetAsync<CorporateActionTerms[]>("/corporate-actions")).Should().ContainSingle()
            .Which.Should().BeEquivalentTo(new { Instrument = "AAPL.ALPACA", Kind = "split", New = 4m, Old = 1m, Amount = (decimal?)null });
        (await told.Content.ReadFromJsonAsync<CorporateActionView>())!.Accounts.Should().Equal(new CorporateActionInAccount(Account, "Booked", 10, 0, null));
        var split = await PositionAsync(here.Routing, Account, "average", p => p is { Quantity: 40, LastPrice: 50 });
        (split.AveragePrice, split.LastPrice).Should().Be((48.75m, 50));
        (await PositionAsync(here.Routing, Account, "fifo", p => p.Quantity == 40)).Lots.Should().ContainSingle().Which.Price.Should().Be(50);
        await here.WhenAsync(a => a.Drifts.Any(d => d is { Kind: "Position", Ours: 40, Venue: 10 }), "a venue that has not split is a drift");

        var curve = await here.Routing.GetAsync<EquityPoint[]>($"/portfolios/{Account}/equity");
        curve.Select(p => p.Equity).Should().Equal(100_000, 100_000, 100_100, 100_100, 100_100);
        var statistics = (await here.Routing.GetAsync<BacktestStatistics[]>($"/portfolios/{Account}/statistics")).Single();
        (statistics.OpeningEquity, statistics.FinalEquity, statistics.Trades).Should().Be((100_000, 100_100, 0));

        // As much is known after a restart.
        await here.StopRoutingAsync();
        await here.StartRoutingAsync();
        (await here.Routing.GetAsync<PortfolioDetail>($"/portfolios/{Account}")).Balances.Should().Equal(portfolio.Balances);
    }

    [Theory]
    [InlineData("", "portfolio_not_found")]
    [InlineData("/positions", "portfolio_not_found")]
    [InlineData("/trades", "portfolio_not_found")]
    [InlineData("/fills", "portfolio_not_found")]
    [InlineData("/equity", "portfolio_not_found")]
    [InlineData("/statistics", "portfolio_not_found")]
    [InlineData("/positions?cost=lifo", "cost_invalid")]
    [InlineData("/positions?cost=1", "cost_invalid")]
    [InlineData("/positions?cost=average,fifo", "cost_invalid")]
    public async Task What_is_not_there_is_said(string path, string code)
    {
        await using var routing = await AloneAsync();

        using var answer = await routing.Http.GetAsync($"/portfolios/nobody{path}");

        answer.StatusCode.Should().Be(code == "cost_invalid" ? HttpStatusCode.BadRequest : HttpStatusCode.NotFound);
        (await answer.Content.ReadAsStringAsync()).Should().Contain(code);
    }

    [Theory]
    [InlineData("AAPL.ALPACA", "split", null, null, null, "action_invalid")]
    [InlineData("AAPL.ALPACA", "split", 0, null, null, "action_invalid")]
    [InlineData("AAPL.ALPACA", "split", 2, 0, null, "action_invalid")]
    [InlineData("AAPL.ALPACA", "split", 2, 1, 1, "action_invalid")]
    [InlineData("AAPL.ALPACA", "dividend", null, null, -1, "action_invalid")]
    [InlineData("AAPL.ALPACA", "split", 10_001, null, null, "action_invalid")]
    [InlineData("AAPL.ALPACA", "split", 2, 10_001, null, "action_invalid")]
    [InlineData("AAPL.ALPACA", "dividend", null, null, 1_000_001, "action_invalid")]
    [InlineData("AAPL.ALPACA", "merger", null, null, null, "action_invalid")]
    [InlineData("BTCUSDT.BINANCE", "split", 2, null, null, "not_a_share")]
    [InlineData("AAPL", "split", 2, null, null, "instrument_invalid")]
    public async Task A_corporate_action_that_is_none_is_refused(string instrument, string kind, int? @new, int? old, int? amount, string code)
    {
        await using var routing = await AloneAsync();

        using var answer = await routing.Http.PostAsJsonAsync("/corporate-actions", new { instrument, kind, exAt = DateTimeOffset.UnixEpoch, @new, old, amount });

        ((int)answer.StatusCode).Should().BeInRange(400, 422);
        (await answer.Content.ReadAsStringAsync()).Should().Contain(code);
    }

    [Fact]
    public async Task Statistics_are_kept_for_half_a_minute()
    {
        await using var routing = await AloneAsync();
        var database = routing.Get<NpgsqlDataSource>();
        await InsertAsync(database, 1, 110);
        var clock = new StandingClock();
        var cache = new StatisticsCache(database, clock);
        (await cache.GetAsync("main", CancellationToken.None)).Single().FinalEquity.Should().Be(110);

        await InsertAsync(database, 2, 120);
        clock.Now += TimeSpan.FromSeconds(29);
        (await cache.GetAsync("main", CancellationToken.None)).Single().FinalEquity.Should().Be(110);
        clock.Now += TimeSpan.FromSeconds(1);
        (await cache.GetAsync("main", CancellationToken.None)).Single().FinalEquity.Should().Be(120);
    }

    private static IEnumerable<decimal> CashBetweenFlats(RecordedSession session)
    {
        var sides = session.Intents.ToDictionary(i => i.OrderId, i => i.Side == OrderSide.Buy ? 1 : -1);
        var (held, cash) = (0m, 0m);
        foreach (var fill in session.Fills)
        {
            held += sides[fill.OrderId] * fill.Quantity;
            cash -= (sides[fill.OrderId] * fill.Quantity * fill.Price) + fill.Commission;
            if (held != 0) continue;

            yield return cash;
            cash = 0;
        }
    }

    private static async Task InsertAsync(NpgsqlDataSource database, long sequence, decimal equity)
    {
        await using var command = database.CreateCommand(
            "insert into equity (account, sequence, currency, at, cash, equity, opening) values ('main', $1, 'USD', '2024-01-16', $2, $2, 100)");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = sequence });
        command.Parameters.Add(new NpgsqlParameter<decimal> { TypedValue = equity });
        await command.ExecuteNonQueryAsync();
    }

    private static async Task TradeAsync(AccountSurroundings here, string key, string side, decimal quantity, decimal limit)
    {
        var order = await here.OrderAsync(key, new SubmitOrder(Account, "AAPL.ALPACA", side, "Limit", quantity, LimitPrice: limit, TimeInForce: "Gtc"));
        await here.WhenAsync(order.OrderId, o => o.Status == "Filled", $"{key} is filled");
    }

    /// <summary>The portfolio's one position, once it is as expected.</summary>
    private static async Task<PositionView> PositionAsync(ServiceUnderTest routing, string account, string cost, Func<PositionView, bool>? condition = null)
    {
        PositionView? position = null;
        await Eventually.True(
            async () =>
            {
                position = (await routing.GetAsync<PositionView[]>($"/portfolios/{account}/positions?cost={cost}")).SingleOrDefault();
                return position is not null && (condition is null || condition(position));
            },
            what: $"the position is there at {cost} cost");
        return position!;
    }

    private static async Task<List<T>> PagesAsync<T>(ServiceUnderTest routing, string path, Func<T, long> key)
    {
        var all = new List<T>();
        while (true)
        {
            var after = all.Count == 0 ? "" : $"&after={key(all[^1])}";
            var page = await routing.GetAsync<T[]>($"{path}?limit=7{after}");
            all.AddRange(page);
            if (page.Length < 7) return all;
        }
    }

    private async Task<ServiceUnderTest> AloneAsync() => await ServiceUnderTest.StartAsync(
        BrokerRoutingService.Build,
        await servers.CreateSchemaDatabaseAsync(),
        await servers.CreateVirtualHostAsync(),
        ("ingestion", new Uri("http://127.0.0.1:9")),
        ("signal", new Uri("http://127.0.0.1:9")));

    private sealed class StandingClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2024, 1, 16, 14, 30, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
