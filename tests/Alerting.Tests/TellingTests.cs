using System.Net;
using System.Net.Http.Json;
using AlgoStack.Alerting.Alerts;
using AlgoStack.Alerting.Tests.Rules;
using AlgoStack.Contracts.Alerts;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Orders;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using FluentAssertions;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AlgoStack.Alerting.Tests;

/// <summary>From the bus to the inbox, on real servers.</summary>
public sealed class TellingTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task Signals_and_fills_of_the_bus_are_in_the_inbox()
    {
        await using var alerting = await AlertingUnderTest.StartAsync(await AlertingServers.NewAsync(servers));

        await alerting.PublishAsync(Told.Batch(1, Told.Signal("AAPL.SIM", 0.82), Told.Signal("MSFT.SIM", 0.7)));
        await PublishAsync(alerting, Told.Page(1, 3, filled: [Told.Fill(2), Told.Fill(3)], requested: [Told.Request(1, "paper-1", "replay-1")]));

        await Eventually.Equal(2, async () => (await alerting.AlertsAsync("?session=replay-1")).Count);
        var alerts = await alerting.AlertsAsync("?session=replay-1");
        alerts.Select(alert => alert.Title).Should().BeEquivalentTo(
            "2 signals, strongest ema-cross Long AAPL.SIM (0.82)", "2 fills, last Buy 100 AAPL.SIM at 187.2");
        alerts.Should().OnlyContain(alert => alert.State == "delivered" && alert.Attempts.Count == 1 && alert.Attempts[0].Channel == "inbox");
        (await alerting.ProgressAsync("replay-1")).Should().Be(new AlertingProgress("replay-1", 3, Settled: true, 2, 2, 0));
    }

    [Fact]
    public async Task Projections_rebuilt_equal_those_that_lived()
    {
        await using var alerting = await AlertingUnderTest.StartAsync(await AlertingServers.NewAsync(servers));
        await alerting.PublishAsync(Told.Batch(1, Told.Signal("AAPL.SIM", 0.82), Told.Signal("MSFT.SIM", 0.7)));
        await PublishAsync(alerting, Told.Page(1, 3, filled: [Told.Fill(2), Told.Fill(3)], requested: [Told.Request(1, "paper-1", "replay-1")]));
        await Eventually.Equal(2, async () => (await alerting.AlertsAsync("?session=replay-1")).Count);

        await RebuiltProjections.ShouldEqualThoseThatLivedAsync(typeof(AlertingService).Assembly, alerting.Services);
    }

    [Fact]
    public async Task A_message_told_twice_raises_nothing_twice_also_after_a_restart()
    {
        var here = await AlertingServers.NewAsync(servers);
        var batch = Told.Batch(1, Told.Signal("AAPL.SIM", 0.82));
        var page = Told.Page(1, 3, filled: [Told.Fill(3)], requested: [Told.Request(1, "paper-1", "replay-1")]);
        await using (var first = await AlertingUnderTest.StartAsync(here))
        {
            await first.PublishAsync(batch);
            await first.PublishAsync(batch);
            await PublishAsync(first, page);
            await PublishAsync(first, page);
            await Eventually.Equal(2, async () => (await first.AlertsAsync()).Count);
        }

        await using var second = await AlertingUnderTest.StartAsync(here);
        await second.PublishAsync(batch);
        await PublishAsync(second, page);
        await second.PublishAsync(Told.Batch(2, Told.Signal("MSFT.SIM", 0.9)));
        await PublishAsync(second, Told.Page(4, 4, filled: [Told.Fill(4)]));

        await Eventually.Equal(4, async () => (await second.AlertsAsync("?session=replay-1")).Count);
        (await second.ProgressAsync("replay-1")).LastOrderPosition.Should().Be(4);
    }

    [Fact]
    public async Task Batches_that_the_bus_skipped_are_asked_for_and_told_in_order()
    {
        await using var signal = await Channels.HttpPeer.StartAsync(new Channels.HttpPeerAnswer(
            200,
            System.Text.Json.JsonSerializer.Serialize(
                new[] { Told.Batch(1, Told.Signal("A.SIM", 0.9)), Told.Batch(2), Told.Batch(3, Told.Signal("C.SIM", 0.9)) }, System.Text.Json.JsonSerializerOptions.Web),
            new Dictionary<string, string>(StringComparer.Ordinal) { ["Content-Type"] = "application/json" }));
        await using var alerting = await AlertingUnderTest.StartAsync(
            await AlertingServers.NewAsync(servers), ("services:signal:http:0", signal.Address.ToString()));

        await alerting.PublishAsync(Told.Batch(4, Told.Signal("D.SIM", 0.9)));

        await Eventually.Equal(3, async () => (await alerting.AlertsAsync("?session=replay-1")).Count);
        (await alerting.AlertsAsync("?session=replay-1")).Select(alert => alert.Title[^15..]).Should()
            .Equal("ng D.SIM (0.90)", "ng C.SIM (0.90)", "ng A.SIM (0.90)");
        signal.Requests.Should().Contain(request => request.Path == "/sessions/replay-1/evaluations" && request.Query == "?partition=0&from=1&to=3");
    }

    [Fact]
    public async Task A_quiet_feed_is_told_once_until_it_is_heard_again()
    {
        await using var alerting = await AlertingUnderTest.StartAsync(await AlertingServers.NewAsync(servers));
        var quiet = new FeedWentQuiet("live", "binance", Told.At, "no message for 40 s");

        await alerting.Bus.Publish(new FeedRecovered("live", "binance", Told.At));
        await alerting.Bus.Publish(quiet);
        await Eventually.Equal(1, async () => (await alerting.AlertsAsync()).Count);
        await alerting.Bus.Publish(quiet);
        await alerting.Bus.Publish(new TradingHalted("daily loss", Told.At));
        await Eventually.Equal(2, async () => (await alerting.AlertsAsync()).Count);
        await alerting.Bus.Publish(new FeedRecovered("live", "binance", Told.At));
        await Eventually.Equal(3, async () => (await alerting.AlertsAsync()).Count);
        await alerting.Bus.Publish(quiet);
        await Eventually.Equal(4, async () => (await alerting.AlertsAsync()).Count);

        (await alerting.AlertsAsync("?session=live")).Select(alert => alert.Title)
            .Should().Equal("Feed binance is quiet", "Feed binance is back", "Feed binance is quiet");
    }

    [Fact]
    public async Task Halting_and_resuming_are_told()
    {
        await using var alerting = await AlertingUnderTest.StartAsync(await AlertingServers.NewAsync(servers));

        await alerting.Bus.Publish(new TradingHalted("daily loss", Told.At));
        await Eventually.Equal(1, async () => (await alerting.AlertsAsync()).Count);
        await alerting.Bus.Publish(new TradingReduced("half of it is gone", Told.At, "main", "ema-cross"));
        await Eventually.Equal(2, async () => (await alerting.AlertsAsync()).Count);
        await alerting.Bus.Publish(new TradingResumed("looked at it", Told.At));
        await Eventually.Equal(3, async () => (await alerting.AlertsAsync()).Count);

        (await alerting.AlertsAsync()).Select(alert => (alert.Severity, alert.Title)).Should().Equal(
            ("info", "Trading resumed"), ("critical", "Trading may only reduce for ema-cross on main"), ("critical", "Trading halted"));
    }

    [Fact]
    public async Task A_posted_alert_is_told_and_one_key_is_one_alert()
    {
        await using var alerting = await AlertingUnderTest.StartAsync(await AlertingServers.NewAsync(servers));
        var alert = new Contracts.Alerts.RaiseAlert("critical", "broker-routing/halt", "Kill switch", "Daily loss limit hit", "risk/daily-loss", null, Told.At);

        using var first = await alerting.Http.PostAsJsonAsync("/alerts", alert);
        using var again = await alerting.Http.PostAsJsonAsync("/alerts", alert);
        using var other = await alerting.Http.PostAsJsonAsync("/alerts", alert with { Key = "risk/weekly-loss" });

        first.StatusCode.Should().Be(HttpStatusCode.Created);
        again.StatusCode.Should().Be(HttpStatusCode.OK);
        other.StatusCode.Should().Be(HttpStatusCode.Created);
        var id = (await first.Content.ReadFromJsonAsync<RaisedAlert>())!.AlertId;
        (await again.Content.ReadFromJsonAsync<RaisedAlert>())!.AlertId.Should().Be(id);
        (await alerting.AlertsAsync()).Should().HaveCount(2);
        var view = await alerting.Http.GetFromJsonAsync<AlertView>(first.Headers.Location);
        view!.Text.Should().Be("broker-routing/halt: Daily loss limit hit");
    }

    [Fact]
    public async Task Many_of_one_key_at_the_same_moment_are_one_alert()
    {
        await using var alerting = await AlertingUnderTest.StartAsync(await AlertingServers.NewAsync(servers));
        var alert = new Contracts.Alerts.RaiseAlert("high", "test", "Storm", "", "storm", null, Told.At);

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            using var answer = await alerting.Http.PostAsJsonAsync("/alerts", alert);
            return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<RaisedAlert>())!.AlertId);
        }));

        answers.Select(answer => answer.AlertId).Distinct(StringComparer.Ordinal).Should().ContainSingle();
        answers.Should().ContainSingle(answer => answer.StatusCode == HttpStatusCode.Created);
        (await alerting.AlertsAsync()).Should().ContainSingle();
    }

    [Fact]
    public async Task A_command_on_the_bus_is_told_once()
    {
        await using var alerting = await AlertingUnderTest.StartAsync(await AlertingServers.NewAsync(servers));
        var endpoint = await alerting.Bus.GetSendEndpoint(new Uri("exchange:alerting.raise-alert"));
        var messageId = Guid.CreateVersion7();
        var command = new Contracts.Alerts.RaiseAlert("urgent!", "script", "Disk\r\nfull", "90 %", "", "replay-9", Told.At);

        await endpoint.Send(command, context => context.MessageId = messageId);
        await endpoint.Send(command, context => context.MessageId = messageId);
        await endpoint.Send(command with { Title = "Last" });

        await Eventually.Equal(2, async () => (await alerting.AlertsAsync("?session=replay-9")).Count);
        var alerts = await alerting.AlertsAsync("?session=replay-9");
        alerts.Should().ContainSingle(alert => alert.Title == "Disk  full" && alert.Severity == "high");
        alerts.Should().ContainSingle(alert => alert.Title == "Last");
    }

    [Fact]
    public async Task What_matters_is_read_apart_from_the_many_that_do_not()
    {
        await using var alerting = await AlertingUnderTest.StartAsync(await AlertingServers.NewAsync(servers));
        foreach (var (severity, title) in new[] { ("critical", "First"), ("info", "Fill"), ("high", "Second"), ("info", "Fill") })
        {
            using var raised = await alerting.Http.PostAsJsonAsync("/alerts", new Contracts.Alerts.RaiseAlert(severity, "test", title, "", "", null, Told.At));
            raised.EnsureSuccessStatusCode();
        }

        var urgent = await alerting.AlertsAsync("?severity=high&severity=critical&limit=2");
        urgent.Select(alert => alert.Title).Should().Equal("Second", "First");
        (await alerting.AlertsAsync($"?severity=high&severity=critical&after={urgent[0].AlertId}")).Should().ContainSingle().Which.Severity.Should().Be("critical");
        (await alerting.AlertsAsync()).Should().HaveCount(4);
        using var unknown = await alerting.Http.GetAsync(new Uri("/alerts?severity=high,critical", UriKind.Relative));
        unknown.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await unknown.Content.ReadAsStringAsync()).Should().Contain("\"code\":\"unknown_severity\"");
    }

    [Theory]
    [InlineData("""{"severity":"urgent","source":"t","title":"x","text":"y","key":"","at":"2024-01-16T14:30:00Z"}""", HttpStatusCode.BadRequest, "unknown_severity")]
    [InlineData("""{"severity":"high","source":"t","title":" ","text":"y","key":"","at":"2024-01-16T14:30:00Z"}""", HttpStatusCode.BadRequest, "missing_title")]
    [InlineData("""{"severity":"high","title":"\ud83d"}""", HttpStatusCode.BadRequest, "bad_request")]
    [InlineData("""not json""", HttpStatusCode.BadRequest, "bad_request")]
    public async Task A_bad_request_says_what_is_wrong(string body, HttpStatusCode status, string code)
    {
        await using var alerting = await AlertingUnderTest.StartAsync(await AlertingServers.NewAsync(servers));

        using var answer = await alerting.Http.PostAsync("/alerts", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));

        answer.StatusCode.Should().Be(status);
        (await answer.Content.ReadAsStringAsync()).Should().Contain($"\"code\":\"{code}\"");
        (await alerting.AlertsAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Odd_text_is_kept_fit_to_show_and_huge_text_is_refused_or_cut()
    {
        await using var alerting = await AlertingUnderTest.StartAsync(await AlertingServers.NewAsync(servers));
        var odd = new Contracts.Alerts.RaiseAlert("high", "s\0", "Kill\r\nBcc: x@example.test\0 日本 👩‍👩‍👧", "line\n\0line " + new string('ä', 5_000), "k\0", null, Told.At);

        using var taken = await alerting.Http.PostAsJsonAsync("/alerts", odd);
        using var huge = await alerting.Http.PostAsJsonAsync("/alerts", odd with { Text = new string('x', 1_100_000) });

        taken.StatusCode.Should().Be(HttpStatusCode.Created);
        huge.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        var alert = (await alerting.AlertsAsync()).Should().ContainSingle().Subject;
        alert.Title.Should().Be("Kill  Bcc: x@example.test  日本 👩‍👩‍👧");
        alert.Text.Should().StartWith("s: line\n line ä").And.HaveLength(AlertText.LongestText).And.EndWith("…");
    }

    [Fact]
    public async Task The_inbox_is_read_in_pages_newest_first()
    {
        await using var alerting = await AlertingUnderTest.StartAsync(await AlertingServers.NewAsync(servers));
        for (var i = 1; i <= 5; i++) await alerting.PublishAsync(Told.Batch(i, Told.Signal($"I{i}.SIM", 0.9)));
        await Eventually.Equal(5, async () => (await alerting.AlertsAsync()).Count);

        var first = await alerting.AlertsAsync("?limit=2");
        var second = await alerting.AlertsAsync($"?limit=2&after={first[^1].AlertId}");
        var third = await alerting.AlertsAsync($"?limit=2&after={second[^1].AlertId}");

        first.Concat(second).Concat(third).Select(alert => alert.Title).Should().Equal(
            Enumerable.Range(1, 5).Reverse().Select(i => $"Signal: ema-cross Long I{i}.SIM (0.90)"));
        (await alerting.AlertsAsync("?after=unknown")).Should().BeEmpty();
    }

    [Fact]
    public async Task A_replay_at_full_speed_is_a_few_hundred_alerts_of_thousands_of_signals_and_fills()
    {
        const int pages = 100;
        const int fillsAPage = 100;
        await using var alerting = await AlertingUnderTest.StartAsync(await AlertingServers.NewAsync(servers));
        var signals = Enumerable.Range(0, 50).Select(i => Told.Signal($"I{i}.SIM", 0.9)).ToArray();

        for (var page = 0; page < pages; page++)
        {
            var first = page * fillsAPage;
            await alerting.PublishAsync(Told.Batch(page + 1, signals));
            await PublishAsync(alerting, Told.Page(
                first + 1,
                first + fillsAPage,
                filled: [.. Enumerable.Range(first + 1, fillsAPage).Select(position => Told.Fill(position))],
                requested: [Told.Request(first + 1, "paper-1", "replay-1")]));
        }

        await Eventually.Equal(
            new AlertingProgress("replay-1", pages * fillsAPage, Settled: true, 2 * pages, 2 * pages, 0), () => alerting.ProgressAsync("replay-1"));
    }

    [Fact]
    public async Task Deliveries_are_published()
    {
        await using var alerting = await AlertingUnderTest.StartAsync(await AlertingServers.NewAsync(servers));
        var told = new System.Collections.Concurrent.ConcurrentQueue<Contracts.Alerts.AlertDelivered>();
        var listening = alerting.Services.GetRequiredService<IBusControl>().ConnectReceiveEndpoint("test", endpoint =>
            endpoint.Handler<Contracts.Alerts.AlertDelivered>(context =>
            {
                told.Enqueue(context.Message);
                return Task.CompletedTask;
            }));
        await listening.Ready;

        await alerting.PublishAsync(Told.Batch(1, Told.Signal("AAPL.SIM", 0.82)));

        await Eventually.Equal(1, () => told.Count);
        var alert = (await alerting.AlertsAsync()).Single();
        told.Single().Should().BeEquivalentTo(new { alert.AlertId, Channel = "inbox", Delivered = true, Attempts = 1 });
    }

    private static Task PublishAsync(AlertingUnderTest alerting, OrdersChanged page) =>
        alerting.Ordered.PublishAsync(page, page.Partition, Guid.CreateVersion7(), CancellationToken.None);
}
