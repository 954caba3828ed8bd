using AlgoStack.Contracts.Orders;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Cli.Tests.Commands;

public sealed class OrderCommandTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";

    [Fact]
    public async Task An_order_is_read_aloud_with_what_brought_each_step_about()
    {
        await using var console = await FakeConsole.StartAsync();
        console.OrderHistory =
        [
            Item(7, "order_requested", """{"Intent":{"OrderId":"o-1","Side":"Buy","Quantity":10,"LimitPrice":191.5,"TrailBy":null,"PostOnly":false,"At":"x"},"OrderId":"o-1"}""", 0, "key:first"),
            Item(8, "order_cancel_requested", """{"OrderId":"o-1","Reason":"asked for","At":"x"}""", 1_250.5, "request:00-1"),
        ];

        var algo = await Algo.RunAsync(console, "order", "o-1");

        algo.ExitCode.Should().Be(0);
        console.Asked.Should().Equal("GET /api/v1/orders/o-1/events");
        algo.Lines.Should().Equal(
            "2026-11-22 08:00:00.000Z  +       0.0 ms  requested           Side=Buy Quantity=10 LimitPrice=191.5  by key:first",
            "2026-11-22 08:00:01.250Z  +   1,250.5 ms  cancel requested    Reason=asked for  by request:00-1",
            $"All of it is trace {Trace}.");
    }

    [Fact]
    public async Task An_order_that_nobody_knows_is_nothing_useful()
    {
        await using var console = await FakeConsole.StartAsync();

        (await Algo.RunAsync(console, "order", "o-2")).ExitCode.Should().Be(5);
    }

    private static OrderHistoryItem Item(long position, string kind, string data, double afterMs, string cause) =>
        new(position, kind, data, FakeConsole.Start, FakeConsole.Start.AddMilliseconds(afterMs), Trace, cause);
}
