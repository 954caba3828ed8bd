using System.Text.Json;
using AlgoStack.Contracts.Alerts;
using AlgoStack.Contracts.Live;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Signals;
using AlgoStack.Gateway.Forwarding;
using AlgoStack.Gateway.Tests.SigningIn;
using AlgoStack.Testing;
using FluentAssertions;
using MassTransit;
using Xunit;

namespace AlgoStack.Gateway.Tests.Push;

[BeginsEarly(2)]
public sealed class PushTests(SignInFixture fixture) : IClassFixture<SignInFixture>
{
    private static readonly string[] Trading = ["orders", "fills", "positions"];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_the_bus_says_arrives_with_its_kind(bool hub)
    {
        var session = hub ? "replay-b" : "replay-a";
        using var client = await JoinAsync(hub);
        await client.SubscribeAsync("all", new { Kinds = (string[])["prices", "bars", "signals", "alerts", .. Trading] });

        await fixture.Broker.PublishAsync(Samples.Bars(session, 1, 3), session, 1);
        await fixture.Broker.PublishAsync(Samples.Evaluated(session, 1, 1), session, 1);
        await fixture.Broker.PublishAsync(Samples.Filled(session, 1, 1), session, 1);
        await fixture.Broker.Publishing.GetRequiredService<IBus>().Publish(new AlertDelivered($"a-{session}", "inbox", true, 1, Samples.Start));

        var events = (await client.EventsAsync(7)).ToDictionary(e => e.GetProperty("kind").GetString()!, e => e.GetProperty("data"), StringComparer.Ordinal);
        Read<LiveBars>(events["bars"]).Rows.Should().HaveCount(3);
        Read<InstrumentPrice>(events["prices"]).Should().Be(new InstrumentPrice(session, "SP500.SIM", 103, Samples.Start.AddDays(2)));
        Read<SignalRaised>(events["signals"]).Should().BeEquivalentTo(Samples.Signal(session, "s-1-0"));
        Read<OrderChange>(events["orders"]).Kind.Should().Be("filled");
        Read<OrderFilled>(events["fills"]).TradeId.Should().Be("t-1");
        Read<PositionTouched>(events["positions"]).Should().Be(new PositionTouched(1, $"paper-{session}", "SP500.SIM", Samples.Start));
        Read<AlertDelivered>(events["alerts"]).AlertId.Should().Be($"a-{session}");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_hears_of_its_kinds_instruments_sessions_and_accounts_alone(bool hub)
    {
        var mine = hub ? "replay-d" : "replay-c";
        using var client = await JoinAsync(hub);
        await client.SubscribeAsync("one", new { Kinds = (string[])["bars"], Instruments = (string[])["ONE.SIM", "TWO.SIM"], Session = mine });
        await client.SubscribeAsync("two", new { Kinds = (string[])["fills"], Account = "paper-other" });
        await client.SubscribeAsync("three", new { Kinds = (string[])["positions"], Session = mine });

        await fixture.Broker.PublishAsync(Samples.Bars(mine, 1, 1, "ZERO.SIM"), mine, 1);
        await fixture.Broker.PublishAsync(Samples.Bars($"{mine}-too", 1, 1, "ONE.SIM"), $"{mine}-too", 1);
        await fixture.Broker.PublishAsync(Samples.Evaluated(mine, 1, 1), mine, 1);
        await fixture.Broker.PublishAsync(Samples.Bars(mine, 2, 1, "TWO.SIM"), mine, 2);
        await client.EventsAsync(1);
        await fixture.Broker.PublishAsync(Samples.Filled(mine, 10, 1), mine, 10);
        await fixture.Broker.PublishAsync(Samples.Filled("other", 20, 1), "other", 20);
        var heard = await client.EventsAsync(2);

        heard.Select(e => (e.GetProperty("kind").GetString(), e.GetProperty("data").GetProperty("account").GetString()))
            .Should().Equal(("positions", $"paper-{mine}"), ("fills", "paper-other"));
    }

    [Fact]
    public async Task Whatever_becomes_of_an_order_at_a_venue_is_heard_in_the_session_that_goes_on_for_ever()
    {
        using var client = await JoinAsync();
        await client.SubscribeAsync("orders", new { Kinds = (string[])["orders"], Session = "live" });

        await fixture.Broker.PublishAsync(Samples.Doubtful("main", 100), "live", 100);

        var orders = (await client.EventsAsync(6)).Select(e => Read<OrderChange>(e.GetProperty("data"))).ToList();
        orders.Select(o => o.Kind).Should().Equal("unknown", "reconciled", "cancel-requested", "replaced", "overfilled", "expired");
        orders.Should().OnlyContain(o => o.Account == "main" && o.OrderId == "o-1");
        orders.Single(o => o.Kind == "overfilled").Quantity.Should().Be(2);
        orders.Single(o => o.Kind == "reconciled").Reason.Should().Be("the venue has it");
    }

    [Fact]
    public async Task What_was_unsubscribed_or_replaced_is_heard_no_more()
    {
        using var client = await JoinAsync();
        await client.SubscribeAsync("one", new { Kinds = (string[])["orders"] });
        await client.SubscribeAsync("two", new { Kinds = (string[])["bars"], Session = "replay-e" });
        await client.SubscribeAsync("one", new { Kinds = (string[])["fills"] });
        await client.TellAsync("unsubscribe", new { Id = "two" });
        await client.UntilAsync("unsubscribed");

        await fixture.Broker.PublishAsync(Samples.Bars("replay-e", 1, 1), "replay-e", 1);
        await fixture.Broker.PublishAsync(Samples.Filled("replay-e", 30, 3), "replay-e", 30);

        (await client.EventsAsync(3)).Should().OnlyContain(e => e.GetProperty("kind").GetString() == "fills");
    }

    [Fact]
    public async Task Of_a_page_of_fills_a_position_rings_once()
    {
        using var client = await JoinAsync();
        await client.SubscribeAsync("p", new { Kinds = (string[])["positions"], Session = "replay-f" });

        await fixture.Broker.PublishAsync(Samples.Filled("replay-f", 40, 5), "replay-f", 40);
        await fixture.Broker.PublishAsync(Samples.Filled("replay-f", 50, 1), "replay-f", 50);

        (await client.EventsAsync(2)).Select(e => e.GetProperty("data").GetProperty("position").GetInt64()).Should().Equal(44, 50);
    }

    [Fact]
    public async Task A_service_that_changes_its_state_is_told_of()
    {
        var ready = true;
        await using var upstream = await FakeUpstream.StartAsync(app => app.MapGet("/health/ready", () => Volatile.Read(ref ready)
            ? Results.Json(new { status = "healthy" })
            : Results.Json(new { status = "unhealthy", checks = new { bus = new { status = "unhealthy", reason = "away" } } }, statusCode: 503)));
        await using var gateway = await GatewayUnderTest.StartAsync(
            fixture.Broker, Routes.Services.ToDictionary(s => s, _ => upstream.Address, StringComparer.Ordinal));
        using var client = await PushClient.JoinAsync(gateway, (await fixture.SignInAsync("viewer")).AccessToken);
        await Eventually.True(async () => (await gateway.Http.GetStringAsync("/api/v1/status")).Contains("\"state\":\"healthy\"", StringComparison.Ordinal));
        await client.SubscribeAsync("h", new { Kinds = (string[])["health"] });

        Volatile.Write(ref ready, false);

        var events = await client.EventsAsync(5);
        events.Select(e => e.GetProperty("data").GetProperty("service").GetString()).Should().BeEquivalentTo(Routes.Services);
        events.Should().OnlyContain(e => e.GetProperty("data").GetProperty("state").GetString() == "unhealthy" && e.GetProperty("data").GetProperty("detail").GetString() == "bus: away");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_silence_is_broken_every_fifteen_seconds_by_how_far_it_has_come(bool hub)
    {
        using var client = await JoinAsync(hub);
        await client.SubscribeAsync("none", new { Kinds = (string[])["fills"], Account = "nobody" });
        await fixture.Broker.PublishAsync(Samples.Filled($"replay-g-{hub}", 60, 3), $"replay-g-{hub}", 60);
        var before = client.Sequence;

        var ping = await client.UntilAsync("ping");

        ping.GetProperty("sequence").GetInt64().Should().BeGreaterThan(before, "what is not for it has gone by");
    }

    [Fact]
    public async Task Clients_do_not_hold_up_the_gateways_stop_and_hear_of_it()
    {
        var gateway = await GatewayUnderTest.StartAsync(fixture.Broker, new Dictionary<string, Uri>(StringComparer.Ordinal));
        var token = (await fixture.SignInAsync("viewer")).AccessToken;
        using var client = await PushClient.JoinAsync(gateway, token);
        using var hub = await PushClient.JoinAsync(gateway, token, hub: true);
        var closed = client.UntilClosedAsync();
        var ended = hub.UntilClosedAsync();

        await gateway.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));

        (await closed).Should().Match<(int Code, string Reason)>(c => c.Code == 1001 && c.Reason.StartsWith("stopping"));
        await ended;
    }

    private async Task<PushClient> JoinAsync(bool hub = false) => await PushClient.JoinAsync(fixture.Gateway, (await fixture.SignInAsync("viewer")).AccessToken, hub);

    private static T Read<T>(JsonElement data) => data.Deserialize<T>(JsonSerializerOptions.Web)!;
}
