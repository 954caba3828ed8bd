using System.Collections.Concurrent;
using System.Net;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using AlgoStack.Contracts.Alerts;
using AlgoStack.Contracts.Live;
using AlgoStack.Contracts.MarketData;
using FluentAssertions;
using MassTransit;
using Xunit;

namespace AlgoStack.Gateway.Tests.Live;

public sealed class StreamLiveTests(BrokerFixture broker) : IClassFixture<BrokerFixture>
{
    private static readonly Dictionary<string, Uri> NoServices = [];

    [Fact]
    public async Task What_the_bus_says_arrives_as_updates()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(broker, NoServices);
        using var viewer = await Viewer.JoinAsync(gateway, "?session=replay-a&instrument=SP500.SIM");

        await broker.PublishAsync(Samples.Bars("replay-a", 1, 3), "replay-a", 1);
        await broker.PublishAsync(Samples.Evaluated("replay-a", 1, 1), "replay-a", 1);
        await broker.PublishAsync(Samples.Filled("replay-a", 1, 1), "replay-a", 1);
        await broker.Publishing.GetRequiredService<IBus>().Publish(new AlertDelivered("a-1", "inbox", true, 1, Samples.Start));

        var updates = await viewer.UntilAsync(u => u.Sum(x => x.Bars.Count + x.Signals.Count + x.Orders.Count + x.Alerts.Count) >= 4);
        var bars = updates.SelectMany(u => u.Bars).Single();
        bars.Instrument.Should().Be("SP500.SIM");
        bars.Timeframe.Should().Be("1d");
        bars.Rows.Should().HaveCount(3);
        bars.Rows[2].Should().Equal(Samples.Start.AddDays(2).ToUnixTimeMilliseconds(), 102, 104, 101, 103, 1002);
        updates.SelectMany(u => u.Signals).Single().Should().BeEquivalentTo(Samples.Signal("replay-a", "s-1-0"));
        updates.SelectMany(u => u.Orders).Single().Should().Be(new OrderChange(
            1, "filled", "o-1", "paper-replay-a", "SP500.SIM", "Buy", 7, 101, null, null, Samples.Start));
        updates.SelectMany(u => u.Alerts).Single().AlertId.Should().Be("a-1");
    }

    [Fact]
    public async Task A_viewer_hears_of_its_session_and_topics_alone()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(broker, NoServices);
        using var viewer = await Viewer.JoinAsync(gateway, "?session=replay-b&topics=signals,orders");

        await broker.PublishAsync(Samples.Evaluated("replay-c", 1, 2), "replay-c", 1);
        await broker.PublishAsync(Samples.Filled("replay-c", 10, 2), "replay-c", 10);
        await broker.PublishAsync(Samples.Bars("replay-b", 1, 3), "replay-b", 1);
        await broker.PublishAsync(Samples.Filled("replay-b", 20, 1), "replay-b", 20);
        await broker.PublishAsync(Samples.Evaluated("replay-b", 1, 1), "replay-b", 1);

        var updates = await viewer.UntilAsync(u => u.Sum(x => x.Signals.Count) == 1 && u.Sum(x => x.Orders.Count) == 1);
        updates.SelectMany(u => u.Signals).Should().OnlyContain(s => s.SessionId == "replay-b");
        updates.SelectMany(u => u.Orders).Should().OnlyContain(o => o.Account == "paper-replay-b");
        updates.SelectMany(u => u.Bars).Should().BeEmpty();
    }

    [Fact]
    public async Task Whatever_becomes_of_an_order_at_a_venue_is_heard_in_the_session_that_goes_on_for_ever()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(broker, NoServices);
        using var viewer = await Viewer.JoinAsync(gateway, "?session=live&topics=orders");

        await broker.PublishAsync(Samples.Doubtful("main", 100), "live", 100);

        var orders = (await viewer.UntilAsync(u => u.Sum(x => x.Orders.Count) == 6)).SelectMany(u => u.Orders).ToList();
        orders.Select(o => o.Kind).Should().Equal("unknown", "reconciled", "cancel-requested", "replaced", "overfilled", "expired");
        orders.Should().OnlyContain(o => o.Account == "main" && o.OrderId == "o-1");
        orders.Single(o => o.Kind == "overfilled").Quantity.Should().Be(2);
        orders.Single(o => o.Kind == "reconciled").Reason.Should().Be("the venue has it");
    }

    [Fact]
    public async Task A_rush_is_sent_as_few_bounded_updates_of_the_newest()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(broker, NoServices);
        using var viewer = await Viewer.JoinAsync(gateway, "?session=replay-d&instrument=SP500.SIM");

        const int Batches = 40;
        for (var i = 1; i <= Batches; i++)
        {
            await broker.PublishAsync(Samples.Bars("replay-d", i, 2_000), "replay-d", i);
            await broker.PublishAsync(Samples.Evaluated("replay-d", i, 100), "replay-d", i);
        }

        var last = Samples.Start.AddDays((Batches * 2_000) - 1).ToUnixTimeMilliseconds();
        var updates = await viewer.UntilAsync(u =>
            u.Any(x => x.Bars.Any(b => b.Rows[^1][0] >= last)) && u.Any(x => x.Signals.Any(s => s.SignalId == $"s-{Batches}-99")));
        updates.Should().OnlyContain(u => u.Bars.Count <= 1 && u.Signals.Count <= 50);
        updates.SelectMany(u => u.Bars).Should().OnlyContain(b => b.Rows.Count <= 300);
        updates.Sum(u => u.Signals.Count + u.Skipped).Should().Be(Batches * 100);
        updates.SelectMany(u => u.Bars).Sum(b => b.Rows.Count + b.Skipped).Should().Be(Batches * 2_000);
        viewer.Elapsed.TotalMilliseconds.Should().BeGreaterThan(100 * (updates.Count - 2), "updates are at least 100 ms apart");
    }

    [Fact]
    public async Task Of_other_instruments_the_newest_bar_is_sent()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(broker, NoServices);
        using var viewer = await Viewer.JoinAsync(gateway, "?session=replay-e&instrument=OTHER.SIM");

        await broker.PublishAsync(Samples.Bars("replay-e", 1, 50), "replay-e", 1);

        var updates = await viewer.UntilAsync(u => u.Any(x => x.Bars.Count > 0));
        updates.SelectMany(u => u.Bars).Single().Rows.Should().ContainSingle()
            .Which[0].Should().Be(Samples.Start.AddDays(49).ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task What_nobody_looks_at_is_not_read()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(broker, NoServices);
        var read = new ReadBars();
        using var observed = gateway.Services.GetRequiredService<IBus>().ConnectConsumeMessageObserver(read);
        using var signalsOnly = await Viewer.JoinAsync(gateway, "?topics=signals");

        for (var i = 1; i <= 5; i++) await broker.PublishAsync(Samples.Bars("replay-g", i, 10), "replay-g", i);
        await broker.PublishAsync(Samples.Evaluated("replay-g", 5, 1), "replay-g", 5);
        await signalsOnly.UntilAsync(u => u.Any(x => x.Signals.Count > 0));
        var unwatched = read.Sequences.ToArray();
        using var viewer = await Viewer.JoinAsync(gateway, "?session=replay-g");
        await broker.PublishAsync(Samples.Bars("replay-g", 6, 10), "replay-g", 6);
        await viewer.UntilAsync(u => u.Any(x => x.Bars.Count > 0));

        unwatched.Should().BeEmpty();
        read.Sequences.Should().Contain(6);
    }

    [Fact]
    public async Task A_viewer_who_does_not_read_holds_nobody_up()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(broker, NoServices);
        using var stuck = new TcpClient();
        await stuck.ConnectAsync(gateway.Address.Host, gateway.Address.Port);
        await stuck.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET /api/v1/live HTTP/1.1\r\nHost: {gateway.Address.Authority}\r\n\r\n"));
        using var viewer = await Viewer.JoinAsync(gateway, "?session=replay-f");

        for (var i = 1; i <= 30; i++) await broker.PublishAsync(Samples.Evaluated("replay-f", i, 200), "replay-f", i);

        await viewer.UntilAsync(u => u.Any(x => x.Signals.Any(s => s.SignalId == "s-30-199")));
    }

    [Theory]
    [InlineData("prices")]
    [InlineData("bars,")]
    [InlineData("3")]
    public async Task A_topic_that_there_is_not_is_refused(string topics)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(broker, NoServices);

        using var response = await gateway.Http.GetAsync($"/api/v1/live?topics={topics}");

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).Should().Contain("topics_invalid");
    }

    [Fact]
    public async Task Viewers_do_not_hold_up_the_gateways_stop()
    {
        var gateway = await GatewayUnderTest.StartAsync(broker, NoServices);
        using var viewer = await Viewer.JoinAsync(gateway, "");

        await gateway.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
    }

    /// <summary>Which batches of bars the gateway has read.</summary>
    private sealed class ReadBars : IConsumeMessageObserver<BarsClosed>
    {
        public ConcurrentQueue<long> Sequences { get; } = new();

        public Task PreConsume(ConsumeContext<BarsClosed> context)
        {
            Sequences.Enqueue(context.Message.Sequence);
            return Task.CompletedTask;
        }

        public Task PostConsume(ConsumeContext<BarsClosed> context) => Task.CompletedTask;

        public Task ConsumeFault(ConsumeContext<BarsClosed> context, Exception exception) => Task.CompletedTask;
    }

    /// <summary>One reader of the stream.</summary>
    private sealed class Viewer : IDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

        private readonly long _started = System.Diagnostics.Stopwatch.GetTimestamp();
        private readonly HttpResponseMessage _response;
        private readonly IAsyncEnumerator<SseItem<string>> _items;

        private Viewer(HttpResponseMessage response, IAsyncEnumerator<SseItem<string>> items)
        {
            _response = response;
            _items = items;
        }

        public TimeSpan Elapsed => System.Diagnostics.Stopwatch.GetElapsedTime(_started);

        /// <summary>Returns once the gateway has said hello: from then on nothing is missed.</summary>
        public static async Task<Viewer> JoinAsync(GatewayUnderTest gateway, string query)
        {
            var response = await gateway.Http.GetAsync($"/api/v1/live{query}", HttpCompletionOption.ResponseHeadersRead);
            response.EnsureSuccessStatusCode();
            response.Content.Headers.ContentType!.MediaType.Should().Be("text/event-stream");
            var items = SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync().GetAsyncEnumerator();
            var viewer = new Viewer(response, items);
            (await items.MoveNextAsync()).Should().BeTrue();
            items.Current.EventType.Should().Be("hello");
            return viewer;
        }

        public async Task<IReadOnlyList<LiveUpdate>> UntilAsync(Func<IReadOnlyList<LiveUpdate>, bool> enough)
        {
            var updates = new List<LiveUpdate>();
            while (!enough(updates))
            {
                (await _items.MoveNextAsync().AsTask().WaitAsync(Patience)).Should().BeTrue("the stream goes on");
                if (_items.Current.EventType == "update")
                    updates.Add(JsonSerializer.Deserialize<LiveUpdate>(_items.Current.Data, JsonSerializerOptions.Web)!);
            }

            return updates;
        }

        public void Dispose() => _response.Dispose();
    }
}
