using System.Globalization;
using System.Text.Json;
using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.BrokerRouting.Brokers.Alpaca;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace AlgoStack.BrokerRouting.Tests.Brokers.Alpaca;

/// <summary>Lists longer than a page, from a server that pages as Alpaca says it does.</summary>
public sealed class AlpacaPagingTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 15, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Open_orders_are_read_to_the_last_page_though_several_came_in_at_one_instant()
    {
        // Seven at an instant: a page of 500 ends within one.
        var orders = Enumerable.Range(0, 1203).Select(i => (Id: $"o{i}", At: Start.AddMilliseconds(i / 7))).ToList();
        await using var server = await ServeAsync(query =>
        {
            var after = query.TryGetValue("after", out var text) ? DateTimeOffset.Parse(text!, CultureInfo.InvariantCulture) : DateTimeOffset.MinValue;
            return orders.Where(order => order.At > after)
                .Take(int.Parse(query["limit"]!, CultureInfo.InvariantCulture))
                .Select(order => new { id = order.Id, symbol = "AAPL", status = "new", submitted_at = order.At });
        });
        await using var broker = Connect(server);

        var (listed, areComplete) = await broker.GetOpenOrdersAsync([], default);

        areComplete.Should().BeTrue();
        listed.Select(order => order.VenueOrderId).Should().Equal(orders.Select(order => order.Id));
    }

    [Fact]
    public async Task A_list_that_does_not_go_on_is_told_as_incomplete()
    {
        await using var server = await ServeAsync(_ => Enumerable.Range(0, 500)
            .Select(i => new { id = $"o{i}", symbol = "AAPL", status = "new", submitted_at = Start }));
        await using var broker = Connect(server);

        var (listed, areComplete) = await broker.GetOpenOrdersAsync([], default);

        areComplete.Should().BeFalse();
        listed.Should().HaveCount(500);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(250)]
    public async Task Fills_are_read_to_the_last_page(int count)
    {
        var fills = Enumerable.Range(0, count).Select(i => $"20260302::e{i:000}").ToList();
        await using var server = await ServeAsync(query => fills
            .Skip(query.TryGetValue("page_token", out var token) ? fills.IndexOf(token!) + 1 : 0)
            .Take(int.Parse(query["page_size"]!, CultureInfo.InvariantCulture))
            .Select(id => new { id, order_id = "o", symbol = "AAPL", side = "buy", qty = "1", price = "10", cum_qty = "1", transaction_time = Start }));
        await using var broker = Connect(server);

        var listed = await broker.GetExecutionsAsync([], Start, default);

        listed.Select(fill => fill.TradeId).Should().Equal(Enumerable.Range(0, count).Select(i => $"e{i:000}"));
    }

    private static AlpacaBroker Connect(HttpPeer server) =>
        new(new AlpacaOptions(new Secret("k"), new Secret("s"), server.Address, server.Address), new HurryingClock());

    private static Task<HttpPeer> ServeAsync<T>(Func<IQueryCollection, IEnumerable<T>> list) => HttpPeer.StartAsync(routes => routes.Map(
        "/{**path}", context => context.Response.WriteAsync(JsonSerializer.Serialize(list(context.Request.Query)), context.RequestAborted)));
}
