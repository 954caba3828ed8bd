using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using AlgoStack.Contracts.Orders;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using FluentAssertions;
using Xunit;
using static AlgoStack.BrokerRouting.Tests.Accounts.AccountSurroundings;

namespace AlgoStack.BrokerRouting.Tests.Accounts;

public sealed class OrderTraceTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task Every_event_of_an_order_says_what_brought_it_about_and_all_of_them_which_order_they_are_of()
    {
        await using var here = await AccountSurroundings.StartAsync(servers);
        await here.Venue.SetPriceAsync("AAPL", 190m);
        await here.ProvenAsync();

        var filled = await here.OrderAsync("bought", Buy(10, 191m));
        await here.WhenAsync(filled.OrderId, o => o.Status == "Filled", "the order is filled");
        var resting = await here.OrderAsync("taken-back", Buy(10, 150m));
        await here.WhenAsync(resting.OrderId, o => o.Status == "Accepted", "the order rests");
        using (var canceled = await here.Routing.Http.DeleteAsync($"/orders/{resting.OrderId}")) canceled.EnsureSuccessStatusCode();
        await here.WhenAsync(resting.OrderId, o => o.Status == "Canceled", "the order is taken back");

        var history = await HistoryAsync(here, filled.OrderId);
        history.Should().OnlyContain(h => h.CorrelationId == TraceOf(filled.OrderId));
        CausesOf(history, "order_requested", "order_approved", "order_submitted").Should().OnlyContain(cause => cause == "key:bought");
        CausesOf(history, "order_accepted", "order_filled").Should().OnlyContain(cause => cause == "venue:place" || cause == "venue:report" || cause == "venue:lookup");
        CausesOf(await HistoryAsync(here, resting.OrderId), "order_cancel_requested").Should().ContainSingle().Which.Should().StartWith("request:00-");

        var log = here.Routing.Get<AlgoStack.EventStore.Streams.EventLog>();
        foreach (var stream in (string[])[$"order-{filled.OrderId}", $"position-{Account}-AAPL.ALPACA", $"account-{Account}"])
        {
            var events = await log.OpenSession().FetchStreamAsync(stream);
            events.Should().OnlyContain(e => e.CausationId != null);
            events.Where(e => e.CorrelationId == TraceOf(filled.OrderId)).Should().NotBeEmpty()
                .And.OnlyContain(e => e.TraceParent!.StartsWith($"00-{TraceOf(filled.OrderId)}-", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task An_order_is_one_trace_from_the_request_to_a_fill_after_a_restart()
    {
        await using var here = await AccountSurroundings.StartAsync(servers);
        await here.Venue.SetPriceAsync("AAPL", 190m);
        await here.ProvenAsync();
        using var spans = new Spans();

        const string caller = "0af7651916cd43dd8448eb211c80319c";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/orders") { Content = JsonContent.Create(Buy(10, 150m)) };
        request.Headers.Add("Idempotency-Key", "traced");
        request.Headers.Add("traceparent", $"00-{caller}-b7ad6b7169203331-01");
        using var untraced = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { BaseAddress = here.Routing.Http.BaseAddress };
        untraced.DefaultRequestHeaders.Authorization = ServiceAccess.Header;
        using var response = await untraced.SendAsync(request);
        var order = (await response.Content.ReadFromJsonAsync<OrderState>())!.OrderId;
        await here.WhenAsync(order, o => o.Status == "Accepted", "the order rests");
        await here.StopRoutingAsync();
        await here.StartRoutingAsync();
        await here.Venue.SetPriceAsync("AAPL", 149m);
        await here.WhenAsync(order, o => o.Status == "Filled", "the order is filled");

        string[] expected = ["order routed", "order decided", "order committed", "order sent", "order accepted", "order filled"];
        await Eventually.True(() => expected.All(name => spans.Of(TraceOf(order)).Any(s => s.DisplayName == name)), what: "all spans have ended");
        var seen = spans.Of(TraceOf(order));
        seen.Where(s => expected.Contains(s.DisplayName)).OrderBy(s => s.StartTimeUtc).Select(s => s.DisplayName).Should().Equal(expected,
            "they are {0}", string.Join(", ", seen.Select(s => $"{s.DisplayName} {string.Join(' ', s.TagObjects)}")));
        seen.First(s => s.DisplayName == "order routed").Links.Should().ContainSingle(link => link.Context.TraceId.ToString() == caller);
        var sent = seen.Single(s => s.DisplayName == "order sent");
        seen.Should().Contain(s => s.Source.Name == "System.Net.Http" && s.ParentSpanId == sent.SpanId, "the request to the venue is a part of it");
        await Eventually.True(
            () => spans.Of(TraceOf(order)).Any(s => s is { Kind: ActivityKind.Consumer, Source.Name: "MassTransit" }), what: "whoever is told of it goes on with its trace");
        seen.Where(s => s.Source.Name == "AlgoStack.Orders").Select(s => s.ParentSpanId).Distinct().Should().ContainSingle("two lives agree on what they are parts of");
    }

    private static async Task<IReadOnlyList<OrderHistoryItem>> HistoryAsync(AccountSurroundings here, string order) =>
        await here.Routing.GetAsync<IReadOnlyList<OrderHistoryItem>>($"/orders/{order}/events");

    private static IEnumerable<string?> CausesOf(IEnumerable<OrderHistoryItem> history, params string[] kinds) =>
        history.Where(h => kinds.Contains(h.Kind)).Select(h => h.CausationId);

    /// <summary>The trace of an order: the first half of its name's hash.</summary>
    private static string TraceOf(string order) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(order)).AsSpan(0, 16));

    private sealed class Spans : IDisposable
    {
        private readonly ConcurrentQueue<Activity> _ended = new();
        private readonly ActivityListener _listener;

        public Spans()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name is "AlgoStack.Orders" or "AlgoStack.Tracing" or "AlgoStack.Messaging" or "MassTransit" or "System.Net.Http",
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = _ended.Enqueue,
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public IReadOnlyList<Activity> Of(string trace) => [.. _ended.Where(a => a.TraceId.ToString() == trace)];

        public void Dispose() => _listener.Dispose();
    }
}
