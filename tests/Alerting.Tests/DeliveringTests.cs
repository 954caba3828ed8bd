using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using AlgoStack.Alerting.Alerts;
using AlgoStack.Alerting.Channels;
using AlgoStack.Alerting.Tests.Channels;
using AlgoStack.Alerting.Tests.Rules;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;
using AlertView = AlgoStack.Contracts.Alerts.AlertView;
using AlertingProgress = AlgoStack.Contracts.Alerts.AlertingProgress;

namespace AlgoStack.Alerting.Tests;

/// <summary>Out of the house: the whole service against a Discord, a Twilio and a mail server on loopback.</summary>
public sealed partial class DeliveringTests(ServerFixture servers) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private static readonly HttpPeerAnswer Taken = new(204);
    private static readonly HttpPeerAnswer Queued = new(201, """{"sid":"SM1","status":"queued"}""");
    private static readonly HttpPeerAnswer Broken = new(503);

    private readonly SmtpPeer _mail = SmtpPeer.Start();
    private readonly string _authority = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    private HttpPeer _discord = null!;
    private HttpPeer _twilio = null!;

    public async Task InitializeAsync()
    {
        _discord = await HttpPeer.StartAsync();
        _twilio = await HttpPeer.StartAsync();
        await File.WriteAllTextAsync(_authority, _mail.Certificate.ExportCertificatePem());
    }

    public async Task DisposeAsync()
    {
        await _discord.DisposeAsync();
        await _twilio.DisposeAsync();
        await _mail.DisposeAsync();
        File.Delete(_authority);
    }

    [Fact]
    public async Task The_first_channel_takes_it_and_no_other_is_called()
    {
        _discord.Answer(new HttpPeerAnswer(200, """{"id":"77"}"""));
        await using var alerting = await StartAsync(await AlertingServers.NewAsync(servers));

        var alert = await RaiseAndSettleAsync(alerting);

        alert.State.Should().Be("delivered");
        alert.Attempts.Select(attempt => (attempt.Channel, attempt.Outcome)).Should().Equal(("inbox", "delivered"), ("discord", "delivered"));
        (await alerting.HistoryAsync(alert.AlertId)).Skip(1).Should().BeEquivalentTo(
            [
                new { Channel = "inbox", Attempts = 1, MessageId = (string?)null },
                (object)new { Channel = "discord", Attempt = 1 },
                new { Channel = "discord", Attempts = 1, MessageId = "77" },
            ],
            options => options.WithStrictOrdering());
        _twilio.Requests.Should().BeEmpty();
        _mail.Commands.Should().BeEmpty();
    }

    [Fact]
    public async Task Discord_then_sms_then_mail_each_three_times()
    {
        _discord.Answer(Broken);
        _twilio.Answer(Broken);
        await using var alerting = await StartAsync(await AlertingServers.NewAsync(servers));

        var alert = await RaiseAndSettleAsync(alerting);

        alert.State.Should().Be("delivered");
        alert.Attempts.Select(attempt => attempt.Channel).Should().Equal("inbox", "discord", "discord", "discord", "sms", "sms", "sms", "email");
        alert.Attempts[^1].Outcome.Should().Be("delivered");
        (alert.Attempts[^1].At - alert.At).Should().BeLessThan(TimeSpan.FromMinutes(1));
        _discord.Requests.Should().HaveCount(3);
        _twilio.Requests.Should().HaveCount(3);
        _mail.Messages.Should().ContainSingle().Which.Should().Contain($"Message-ID: <{alert.AlertId}@example.test>");
    }

    [Fact]
    public async Task When_all_refuse_it_has_failed_and_is_still_in_the_inbox()
    {
        _discord.Answer(new HttpPeerAnswer(400, """{"code":50006,"message":"Cannot send an empty message"}"""));
        _twilio.Answer(new HttpPeerAnswer(400, """{"code":21211,"message":"Invalid 'To' Phone Number","status":400}"""));
        _mail.Replies["RCPT"] = "550 5.1.1 no such user";
        await using var alerting = await StartAsync(await AlertingServers.NewAsync(servers));

        var alert = await RaiseAndSettleAsync(alerting);

        alert.State.Should().Be("failed");
        alert.Attempts.Select(attempt => attempt.Outcome).Should().Equal(
            "delivered", "HTTP 400, code 50006: Cannot send an empty message", "HTTP 400, code 21211: Invalid 'To' Phone Number", "RCPT: 550 5.1.1 no such user");
        (await alerting.ProgressAsync("s1")).Should().Be(new AlertingProgress("s1", 0, Settled: true, 1, 0, 1));
    }

    [Fact]
    public async Task A_short_pause_is_waited_for_and_a_long_one_hands_over()
    {
        _discord.Answer(new HttpPeerAnswer(429, """{"retry_after":0.4}"""));
        _discord.Answer(Taken);
        _discord.Answer(new HttpPeerAnswer(429, """{"retry_after":60}"""));
        _twilio.Answer(Queued);
        await using var alerting = await StartAsync(await AlertingServers.NewAsync(servers));

        var first = await RaiseAndSettleAsync(alerting);
        var second = await RaiseAndSettleAsync(alerting);
        var third = await RaiseAndSettleAsync(alerting);

        first.Attempts.Select(attempt => attempt.Channel).Should().Equal("inbox", "discord", "discord");
        (first.Attempts[2].At - first.Attempts[1].At).Should().BeGreaterThan(TimeSpan.FromSeconds(0.4));
        second.Attempts.Select(attempt => attempt.Channel).Should().Equal("inbox", "discord", "sms");
        third.Attempts.Select(attempt => attempt.Channel).Should().Equal("inbox", "sms");
        _discord.Requests.Should().HaveCount(3);
        (await ChannelsAsync(alerting)).Should().Contain(channel => channel.Channel == "discord" && channel.State == ChannelState.Paused);
    }

    [Fact]
    public async Task A_webhook_that_is_gone_is_not_called_again()
    {
        _discord.Answer(new HttpPeerAnswer(404, """{"message":"Unknown Webhook","code":10015}"""));
        _twilio.Answer(Queued);
        await using var alerting = await StartAsync(await AlertingServers.NewAsync(servers));

        await RaiseAndSettleAsync(alerting);
        await RaiseAndSettleAsync(alerting);

        _discord.Requests.Should().ContainSingle();
        (await ChannelsAsync(alerting)).Should().Contain(channel =>
            channel.Channel == "discord" && channel.State == ChannelState.Gone && channel.Problem == "HTTP 404, code 10015: Unknown Webhook");
    }

    [Fact]
    public async Task Chatter_stays_in_the_inbox()
    {
        await using var alerting = await StartAsync(await AlertingServers.NewAsync(servers));

        var alert = await RaiseAndSettleAsync(alerting, "info");

        alert.State.Should().Be("delivered");
        _discord.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task Killed_between_intent_and_outcome_the_next_process_sends_it()
    {
        var here = await AlertingServers.NewAsync(servers);
        _discord.Answer(new HttpPeerAnswer(200, Hangs: true));
        _discord.Answer(Taken);
        using (var killed = await StartProcessAsync(here))
        {
            using var http = Testing.Services.ServiceAccess.NewClient(killed.Address);
            using var raised = await http.PostAsJsonAsync("/alerts", Alert("critical"));
            raised.EnsureSuccessStatusCode();
            await Eventually.Equal(1, () => _discord.Requests.Count);
            await killed.KillAsync();
        }

        await using var alerting = await StartAsync(here);
        await Eventually.True(async () => (await alerting.ProgressAsync("s1")).Settled);

        var alert = (await alerting.AlertsAsync("?session=s1")).Should().ContainSingle().Subject;
        alert.State.Should().Be("delivered");
        (await alerting.HistoryAsync(alert.AlertId)).Select(e => e.GetType().Name).Should().Equal(
            nameof(AlertRaised), nameof(AlertDelivered), nameof(AlertAttempted), nameof(AlertAttempted), nameof(AlertDelivered));
        _discord.Requests.Should().HaveCount(2, "the first answer was never known, and nothing else is repeated");
    }

    [Fact]
    public async Task Stopped_in_the_middle_of_a_call_it_waits_for_the_answer_and_sends_once()
    {
        var here = await AlertingServers.NewAsync(servers);
        _discord.Answer(new HttpPeerAnswer(204, DelayMs: 1_500));
        _discord.Answer(Taken);
        await using (var first = await StartAsync(here))
        {
            using var raised = await first.Http.PostAsJsonAsync("/alerts", Alert("critical"));
            await Eventually.Equal(1, () => _discord.Requests.Count);
        }

        await using var second = await StartAsync(here);
        await Eventually.True(async () => (await second.ProgressAsync("s1")).Settled);

        (await second.AlertsAsync("?session=s1")).Single().State.Should().Be("delivered");
        _discord.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task Two_processes_send_once()
    {
        var here = await AlertingServers.NewAsync(servers);
        _discord.Answer(Taken);
        await using var one = await StartAsync(here);
        await using var other = await StartAsync(here);

        for (var i = 0; i < 10; i++)
        {
            using var raised = await (i % 2 == 0 ? one : other).Http.PostAsJsonAsync("/alerts", Alert("high") with { Title = $"Alert {i}" });
        }

        await Eventually.True(async () => await one.ProgressAsync("s1") is { Settled: true, Delivered: 10 });
        _discord.Requests.Should().HaveCount(10);
    }

    [Fact]
    public async Task Many_alerts_over_a_channel_that_fails_half_the_time_all_arrive()
    {
        for (var i = 0; i < 200; i++) _discord.Answer(i % 2 == 0 ? Broken : Taken);
        _twilio.Answer(Queued);
        await using var alerting = await StartAsync(await AlertingServers.NewAsync(servers));

        for (var i = 0; i < 20; i++)
        {
            using var raised = await alerting.Http.PostAsJsonAsync("/alerts", Alert("high") with { Title = $"Alert {i}" });
        }

        await Eventually.True(async () => await alerting.ProgressAsync("s1") is { Settled: true, Raised: 20 }, TimeSpan.FromSeconds(60));
        (await alerting.ProgressAsync("s1")).Delivered.Should().Be(20);
    }

    private async Task<AlertingUnderTest> StartAsync(AlertingServers here) => await AlertingUnderTest.StartAsync(here, Settings());

    private (string Key, string Value)[] Settings() =>
    [
        ("Channels:Discord:WebhookUrl", new Uri(_discord.Address, "api/webhooks/7/token").ToString()),
        ("Channels:Twilio:AccountSid", "AC00000000000000000000000000000001"),
        ("Channels:Twilio:AuthToken", "token"),
        ("Channels:Twilio:From", "+15017122661"),
        ("Channels:Twilio:To", "+15558675310"),
        ("Channels:Twilio:BaseUrl", _twilio.Address.ToString()),
        ("Channels:Smtp:Host", "127.0.0.1"),
        ("Channels:Smtp:Port", _mail.Port.ToString(CultureInfo.InvariantCulture)),
        ("Channels:Smtp:User", SmtpPeer.User),
        ("Channels:Smtp:Password", SmtpPeer.Password),
        ("Channels:Smtp:From", "alerts@example.test"),
        ("Channels:Smtp:To", "ops@example.test"),
        ("Channels:Smtp:AuthorityFile", _authority),
    ];

    /// <summary>The service as a process of its own, to be killed.</summary>
    private async Task<AlertingProcess> StartProcessAsync(AlertingServers here)
    {
        var start = new ProcessStartInfo("dotnet", Path.Combine(AppContext.BaseDirectory, "AlgoStack.Alerting.dll"))
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            Environment =
            {
                ["ConnectionStrings__algostack"] = here.Database,
                ["ConnectionStrings__messaging"] = here.VirtualHost,
                ["services__signal__http__0"] = "http://127.0.0.1:9",
                ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            },
        };
        foreach (var (key, value) in Testing.Services.ServiceAccess.Settings) start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        foreach (var (key, value) in Settings()) start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;

        var process = new AlertingProcess(Process.Start(start)!);
        process.Address = await process.ListeningAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return process;
    }

    private static async Task<AlertView> RaiseAndSettleAsync(AlertingUnderTest alerting, string severity = "critical")
    {
        using var raised = await alerting.Http.PostAsJsonAsync("/alerts", Alert(severity));
        var id = (await raised.Content.ReadFromJsonAsync<RaisedAlert>())!.AlertId;
        AlertView? alert = null;
        await Eventually.True(async () => (alert = await alerting.Http.GetFromJsonAsync<AlertView>($"/alerts/{id}"))!.State != "pending");
        return alert!;
    }

    private static async Task<List<ChannelState>> ChannelsAsync(AlertingUnderTest alerting) =>
        (await alerting.Http.GetFromJsonAsync<List<ChannelState>>("/alerts/channels"))!;

    private static Contracts.Alerts.RaiseAlert Alert(string severity) => new(severity, "test", "Kill switch", "Daily loss limit hit", "", "s1", Told.At);

    private sealed partial class AlertingProcess(Process process) : IDisposable
    {
        private Task _rest = Task.CompletedTask;

        public Uri Address { get; set; } = null!;

        public async Task<Uri> ListeningAsync()
        {
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                if (Listening().Match(line) is not { Success: true } found) continue;

                // What it says from here on must be taken off the pipe, or it would block on a full one.
                _rest = process.StandardOutput.ReadToEndAsync();
                return new Uri(found.Value);
            }

            throw new InvalidOperationException("alerting ended before it listened.");
        }

        public async Task KillAsync()
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            await _rest;
        }

        public void Dispose()
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            process.Dispose();
        }

        [GeneratedRegex("http://127\\.0\\.0\\.1:[0-9]+", RegexOptions.None, 1000)]
        private static partial Regex Listening();
    }
}
