using System.Net;
using System.Text.Json;
using AlgoStack.Gateway.Push;
using AlgoStack.Gateway.Tests.SigningIn;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Gateway.Tests.Push;

[BeginsEarly(3)]
public sealed class ResumeTests(SignInFixture fixture) : IClassFixture<SignInFixture>
{
    private static readonly object[] Fills = [new { Id = "f", Kinds = (string[])["fills"] }];

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 100_000)]
    public async Task Who_is_cut_off_again_and_again_in_a_burst_hears_of_everything_exactly_once(bool hub, long first)
    {
        const int pages = 40, page = 250;
        using var whole = await SubscribedAsync(hub: false);
        var all = whole.EventsAsync(pages * page);
        var client = await SubscribedAsync(hub);
        var publishing = Task.Run(async () =>
        {
            for (var i = 0; i < pages; i++) await fixture.Broker.PublishAsync(Samples.Filled($"replay-{hub}", first + (i * page), page), $"replay-{hub}", first + (i * page));
        });
        var heard = new List<(long Sequence, long Position)>();
        var cuts = 0;
        while (heard.Count < pages * page)
        {
            var one = await client.UntilAsync("event");
            heard.Add(Read(one));
            if (heard.Count % 1_100 != 0) continue;

            cuts++;
            client.Cut();
            var (epoch, sequence) = (client.Epoch, client.Sequence);
            client.Dispose();
            client = await PushClient.JoinAsync(fixture.Gateway, (await fixture.SignInAsync("viewer")).AccessToken, hub);
            client.Epoch.Should().Be(epoch);
            await client.TellAsync("resume", new { Epoch = epoch, Sequence = sequence, Subscriptions = Fills });
            (await client.NextAsync())!.Value.GetProperty("type").GetString().Should().Be("resumed");
        }

        await publishing;
        client.Dispose();
        cuts.Should().Be(9);
        heard.Select(e => e.Position).Should().Equal(Enumerable.Range(0, pages * page).Select(i => first + i));
        heard.Should().Equal((await all).Select(Read), "as who was never cut off heard of it");
    }

    [Fact]
    public async Task Who_saw_nothing_for_long_goes_on_from_the_last_ping()
    {
        using var client = await SubscribedAsync(account: "nobody");
        await fixture.Broker.PublishAsync(Samples.Filled("replay-p", 900_000, 2), "replay-p", 900_000);
        await client.UntilAsync("ping");
        client.Cut();

        using var again = await ResumeAsync(client.Epoch, client.Sequence);

        (await again.NextAsync())!.Value.GetProperty("type").GetString().Should().Be("resumed");
        await fixture.Broker.PublishAsync(Samples.Filled("replay-p", 900_010, 1), "replay-p", 900_010);
        Read(await again.UntilAsync("event")).Position.Should().Be(900_010);
    }

    [Theory]
    [InlineData("another", 0)]
    [InlineData(null, 1_000_000_000)]
    public async Task What_is_of_another_epoch_or_was_never_said_is_a_reset_and_goes_on_from_now(string? epoch, long sequence)
    {
        using var client = await SubscribedAsync();

        using var again = await ResumeAsync(epoch ?? client.Epoch, sequence);

        await ShouldGoOnAfterResetAsync(again, epoch is null ? "too_long_ago" : "epoch_over", "replay-q" + sequence, 800_000 + sequence);
    }

    [Fact]
    public async Task What_the_journal_does_not_reach_back_to_is_a_reset()
    {
        using var client = await SubscribedAsync();
        var (epoch, sequence) = (client.Epoch, client.Sequence);
        client.Cut();

        using var other = await SubscribedAsync();
        var all = other.EventsAsync(17_000);
        for (var i = 0; i < 17; i++) await fixture.Broker.PublishAsync(Samples.Filled("replay-r", 700_000 + (i * 1_000), 1_000), "replay-r", 700_000 + (i * 1_000));
        await all;
        using var again = await ResumeAsync(epoch, sequence);

        await ShouldGoOnAfterResetAsync(again, "too_long_ago", "replay-s", 790_000);
    }

    [Fact]
    public async Task After_a_start_of_the_gateway_the_epoch_is_another()
    {
        using var client = await SubscribedAsync();
        await fixture.RestartAsync();

        using var again = await ResumeAsync(client.Epoch, client.Sequence);

        await ShouldGoOnAfterResetAsync(again, "epoch_over", "replay-t", 600_000);
        again.Epoch.Should().NotBe(client.Epoch);
    }

    [Fact]
    public async Task What_was_not_recorded_meanwhile_is_a_reset()
    {
        var journal = fixture.Gateway.Services.GetRequiredService<PushJournal>();
        using var client = await SubscribedAsync(kind: "signals");
        client.Cut();
        await Eventually.True(() => fixture.Gateway.Services.GetRequiredService<PushFeed>().Connections.Count == 0);
        fixture.Clock.SetAhead(PushJournal.KeptUnwanted + TimeSpan.FromSeconds(5));
        await Eventually.True(() => !journal.Records(PushKinds.Signals));
        fixture.Clock.SetAhead(TimeSpan.Zero);

        using var again = await PushClient.JoinAsync(fixture.Gateway, (await fixture.SignInAsync("viewer")).AccessToken);
        await again.TellAsync("resume", new { client.Epoch, client.Sequence, Subscriptions = (object[])[new { Id = "s", Kinds = (string[])["signals"] }] });

        (await again.UntilAsync("reset")).GetProperty("kinds").EnumerateArray().Select(k => k.GetString()).Should().Contain("signals");
        await fixture.Broker.PublishAsync(Samples.Evaluated("replay-u", 1, 1), "replay-u", 1);
        (await again.UntilAsync("event")).GetProperty("kind").GetString().Should().Be("signals");
    }

    [Fact]
    public async Task Batches_that_the_gateway_did_not_hear_are_a_reset_of_their_kinds()
    {
        using var client = await PushClient.JoinAsync(fixture.Gateway, (await fixture.SignInAsync("viewer")).AccessToken);
        await client.SubscribeAsync("b", new { Kinds = (string[])["bars", "fills"] });
        await fixture.Broker.PublishAsync(Samples.Bars("replay-v", 1, 1), "replay-v", 1);
        await fixture.Broker.PublishAsync(Samples.Bars("replay-v", 2, 1), "replay-v", 2);
        await fixture.Broker.PublishAsync(Samples.Bars("replay-v", 4, 1), "replay-v", 4);

        var heard = await client.UntilAsync(m => m.GetProperty("type").GetString() == "reset");

        heard.Count(m => m.GetProperty("type").GetString() == "event").Should().Be(2);
        heard[^1].GetProperty("kinds").EnumerateArray().Select(k => k.GetString()).Should().BeEquivalentTo("prices", "bars");
        await client.EventsAsync(1);
    }

    [Fact]
    public async Task A_broker_that_was_away_is_a_reset_of_what_comes_over_the_bus()
    {
        var broker = new Uri(fixture.Broker.Address);
        var target = new IPEndPoint(IPAddress.Loopback, broker.Port);
        var line = new LoopbackForwarder(0, target);
        try
        {
            var port = line.Port;
            var over = new UriBuilder(broker) { Host = "127.0.0.1", Port = port }.Uri.AbsoluteUri;
            await using var gateway = await GatewayUnderTest.StartAsync(fixture.Broker, new Dictionary<string, Uri>(StringComparer.Ordinal), messaging: over);
            using var client = await PushClient.JoinAsync(gateway, (await fixture.SignInAsync("viewer")).AccessToken);
            await client.SubscribeAsync("f", new { Kinds = (string[])["fills"] });

            await line.DisposeAsync();
            line = new LoopbackForwarder(port, target);

            var reset = await client.UntilAsync("reset");
            reset.GetProperty("reason").GetString().Should().StartWith("bus_away");
            reset.GetProperty("kinds").EnumerateArray().Select(k => k.GetString()).Should().Equal("orders", "fills", "positions");
            await fixture.Broker.PublishAsync(Samples.Filled("replay-w", 500_000, 1), "replay-w", 500_000);
            await client.EventsAsync(1);
        }
        finally
        {
            await line.DisposeAsync();
        }
    }

    private async Task<PushClient> SubscribedAsync(bool hub = false, string kind = "fills", string? account = null)
    {
        var client = await PushClient.JoinAsync(fixture.Gateway, (await fixture.SignInAsync("viewer")).AccessToken, hub);
        await client.SubscribeAsync("f", new { Kinds = (string[])[kind], Account = account });
        return client;
    }

    private async Task<PushClient> ResumeAsync(string epoch, long sequence)
    {
        var client = await PushClient.JoinAsync(fixture.Gateway, (await fixture.SignInAsync("viewer")).AccessToken);
        await client.TellAsync("resume", new { Epoch = epoch, Sequence = sequence, Subscriptions = Fills });
        return client;
    }

    private async Task ShouldGoOnAfterResetAsync(PushClient client, string reason, string session, long position)
    {
        var reset = (await client.NextAsync())!.Value;
        reset.GetProperty("type").GetString().Should().Be("reset");
        reset.GetProperty("reason").GetString().Should().StartWith(reason);
        reset.GetProperty("kinds").EnumerateArray().Select(k => k.GetString()).Should().Equal("fills");
        await fixture.Broker.PublishAsync(Samples.Filled(session, position, 1), session, position);
        var next = (await client.NextAsync())!.Value;
        Read(next).Position.Should().Be(position);
        next.GetProperty("sequence").GetInt64().Should().BeGreaterThan(reset.GetProperty("sequence").GetInt64());
    }

    private static (long Sequence, long Position) Read(JsonElement pushed) =>
        (pushed.GetProperty("sequence").GetInt64(), pushed.GetProperty("data").GetProperty("position").GetInt64());
}
