using AlgoStack.BrokerRouting.Accounts;
using AlgoStack.BrokerRouting.Risk;
using AlgoStack.BrokerRouting.Tests.Brokers.Binance;
using AlgoStack.BrokerRouting.Tests.Brokers.Paper;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.EventStore.Streams;
using AlgoStack.Postgres;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Testing;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Positions;
using AlgoStack.Trading.Risk;
using FluentAssertions;
using Microsoft.Extensions.Logging;
using Npgsql;
using Xunit;
using static AlgoStack.BrokerRouting.Tests.Accounts.AccountSurroundings;

namespace AlgoStack.BrokerRouting.Tests.Accounts;

/// <summary>What an account knows of instruments: that the venue lists them, under which name, and what they cost.</summary>
public sealed class ListingTests(ServerFixture servers, PaperFixture paper) : IClassFixture<ServerFixture>, IClassFixture<PaperFixture>
{
    private static readonly InstrumentId Apple = new("AAPL.ALPACA");

    [Fact]
    public async Task An_account_that_once_held_what_is_not_listed_any_more_starts_and_one_that_holds_it_does_not()
    {
        await using var here = await StartAsync(servers);
        await here.ProvenAsync();
        var gone = new InstrumentId("NOSUCH.ALPACA");
        await AppendAsync(here, new PositionOpened(Account, gone, "USD", 10, 5, 0, TimeProvider.System.GetUtcNow()));
        await AppendAsync(here, new PositionClosed(Account, gone, "USD", 0, 0, 25, TimeProvider.System.GetUtcNow()));

        await here.StopRoutingAsync();
        await here.StartRoutingAsync();
        await here.ProvenAsync();
        (await here.Routing.GetAsync<PositionView[]>($"/positions?account={Account}")).Should().ContainSingle().Which.RealizedPnl.Should().Be(25);

        await AppendAsync(here, new PositionOpened(Account, gone, "USD", 10, 5, 25, TimeProvider.System.GetUtcNow()));
        await here.StopRoutingAsync();
        await here.StartRoutingAsync();
        await Eventually.True(
            () => Task.FromResult(here.Routing.Get<AccountDesks>().Find(Account)!.DownBecause?.Contains("NOSUCH", StringComparison.Ordinal) is true), what: "it says what is not listed");
    }

    [Fact]
    public async Task The_closes_of_a_replay_are_no_prices_of_an_account()
    {
        await using var here = await StartAsync(servers);
        await here.ProvenAsync();
        var desk = here.Routing.Get<AccountDesks>().Find(Account)!;
        await desk.ListAsync([Apple], default);

        here.Routing.Get<AccountDesks>().Mark(Bar("live", 190));
        here.Routing.Get<AccountDesks>().Mark(Bar("replay-2015", 25));

        (await desk.AskAsync((engine, _) => engine.PriceOf(Apple), null, default)).Should().Be(190);
    }

    [Theory]
    [InlineData("btcusdt.BINANCE-SPOT")]
    [InlineData("BTC/USDT.BINANCE-SPOT")]
    public async Task Another_spelling_of_what_is_listed_is_refused_with_the_right_one_and_the_account_goes_on(string alias)
    {
        await using var venue = await BinanceServer.StartAsync();
        await using var broker = venue.Broker();
        var desk = new AccountDesk(
            $"spelling-{alias.Length}",
            broker,
            RiskLimits.Default,
            paper.Get<AccountLoader>(),
            paper.Get<TradingSwitch>(),
            paper.Log,
            paper.Get<ServiceDatabase>(),
            TimeProvider.System,
            paper.Get<ILogger<AccountDesk>>());
        using var stop = new CancellationTokenSource();
        var running = desk.RunAsync(stop.Token);
        await Eventually.True(() => desk.DownBecause is null);
        var listed = new InstrumentId("BTCUSDT.BINANCE-SPOT");
        await desk.ListAsync([listed], default);

        var listing = () => desk.ListAsync([new InstrumentId(alias)], default);

        (await listing.Should().ThrowAsync<ProblemException>()).Which.Should().Match<ProblemException>(
            e => e.Status == 422 && e.Code == "unknown_instrument" && e.Message.Contains("Expected BTCUSDT.BINANCE-SPOT", StringComparison.Ordinal));
        (await desk.AskAsync((engine, _) => engine.Has(listed), null, default)).Should().BeTrue();
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task An_order_of_somebody_else_holds_up_none_of_ours_while_the_tables_are_behind()
    {
        await using var here = await StartAsync(servers);
        await here.Venue.SetPriceAsync("AAPL", 190);
        await here.ProvenAsync();
        await here.OrderAsync("first", Buy(1, 100));
        await using var held = await here.Routing.Get<NpgsqlDataSource>().OpenConnectionAsync();
        await using var transaction = await held.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("lock table orders", held, transaction)) await hold.ExecuteNonQueryAsync();

        await here.Venue.TellAsync("orphans", new { symbol = "AAPL", side = "buy", qty = 5, price = 100, filled = false });
        var desk = here.Routing.Get<AccountDesks>().Find(Account)!;
        await Eventually.True(async () => await CanBeAskedAsync(here) && here.Venue.ReadLedger().Orders.Count == 2, what: "the other order is there");
        for (var i = 0; i < 5; i++)
        {
            await here.OrderAsync($"meanwhile-{i}", Buy(1, 100 + i)).WaitAsync(TimeSpan.FromSeconds(10));
            await Eventually.True(() => Task.FromResult(here.Venue.ReadLedger().Orders.Count == 3 + i), TimeSpan.FromSeconds(10), "ours is at the venue");
        }

        (await desk.AskAsync((engine, _) => engine.Drifts.Count, null, default)).Should().Be(0, "nobody has said yet whose it is");
        await transaction.RollbackAsync();
        await here.WhenAsync(a => a.Drifts.Any(d => d.Kind == "ForeignOrder"), "it is told once it is known");
    }

    private static async Task<bool> CanBeAskedAsync(AccountSurroundings here) =>
        await here.Routing.Get<AccountDesks>().Find(Account)!.AskAsync((_, _) => true, null, default).WaitAsync(TimeSpan.FromSeconds(10));

    private static async Task AppendAsync(AccountSurroundings here, PositionEvent e)
    {
        var session = here.Routing.Get<EventLog>().OpenSession();
        session.Append($"position-{e.Account}-{e.Instrument}", e);
        await session.SaveChangesAsync();
    }

    private static BarsClosed Bar(string session, double close) => new(
        session, 0, 1, "1m", WarmUp: false, EndOfSession: false, [new InstrumentTerms("AAPL.SIM", 0.01m, 1, "USD")],
        new BarColumns(["AAPL.SIM"], [0], [TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()], [close], [close], [close], [close], [1]));
}
