using System.Text.Json;
using AlgoStack.Alerting.Channels;
using AlgoStack.Alerting.Channels.Discord;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Alerting.Tests.Channels;

public sealed class DiscordChannelTests
{
    [Fact]
    public async Task A_message_asks_to_wait_and_mentions_nobody()
    {
        await using var discord = await HttpPeer.StartAsync(new HttpPeerAnswer(200, """{"id":"1","type":0,"content":"x","channel_id":"2"}"""));

        var outcome = await SendAsync(discord, Samples.KillSwitch with { Text = "@everyone <@1> -3.5% <BTC-USD> & halted" });

        outcome.Should().Be(new SendOutcome.Delivered("1"));
        var request = discord.Requests.Should().ContainSingle().Subject;
        (request.Method, request.Path, request.Query).Should().Be(("POST", "/api/webhooks/7/token", "?wait=true"));
        request.Headers["Content-Type"].Should().StartWith("application/json");
        request.Headers.Should().NotContainKey("traceparent");
        var body = JsonDocument.Parse(request.Body).RootElement;
        body.GetProperty("content").GetString().Should().Be("**[critical] Kill switch**\n@everyone <@1> -3.5% <BTC-USD> & halted");
        body.GetProperty("allowed_mentions").GetProperty("parse").GetArrayLength().Should().Be(0);
        body.TryGetProperty("embeds", out _).Should().BeFalse();
    }

    [Fact]
    public async Task Without_content_the_answer_is_taken_too()
    {
        await using var discord = await HttpPeer.StartAsync(new HttpPeerAnswer(204));

        (await SendAsync(discord, Samples.KillSwitch)).Should().Be(new SendOutcome.Delivered(null));
    }

    [Fact]
    public async Task A_long_text_of_any_script_is_cut_to_what_discord_takes()
    {
        await using var discord = await HttpPeer.StartAsync(new HttpPeerAnswer(204));

        await SendAsync(discord, Samples.KillSwitch with { Text = string.Concat(Enumerable.Repeat("日👩‍👩‍👧", 1_000)) });

        var content = JsonDocument.Parse(discord.Requests.Single().Body).RootElement.GetProperty("content").GetString()!;
        content.Length.Should().BeInRange(DiscordChannel.LongestContent - 10, DiscordChannel.LongestContent);
        content.Should().EndWith("…");
    }

    [Theory]
    [InlineData("""{"message":"You are being rate limited.","retry_after":0.65,"global":false}""", "1", 0.65)]
    [InlineData("<html>", "3", 3)]
    [InlineData("{}", null, 2)]
    public async Task Too_many_requests_says_when_to_come_back(string body, string? header, double seconds)
    {
        var headers = header is null ? null : new Dictionary<string, string>(StringComparer.Ordinal) { ["Retry-After"] = header, ["X-RateLimit-Scope"] = "user" };
        await using var discord = await HttpPeer.StartAsync(new HttpPeerAnswer(429, body, headers));

        var outcome = await SendAsync(discord, Samples.KillSwitch);

        outcome.Should().BeOfType<SendOutcome.TryAgain>().Which.PauseFor.Should().Be(TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public async Task The_last_call_of_a_bucket_pauses_the_channel_before_it_is_told_to()
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["X-RateLimit-Limit"] = "5", ["X-RateLimit-Remaining"] = "0", ["X-RateLimit-Reset-After"] = "1.25" };
        await using var discord = await HttpPeer.StartAsync(new HttpPeerAnswer(204, Headers: headers));

        (await SendAsync(discord, Samples.KillSwitch)).Should().Be(new SendOutcome.Delivered(null, TimeSpan.FromSeconds(1.25)));
    }

    [Theory]
    [InlineData(404, """{"message":"Unknown Webhook","code":10015}""")]
    [InlineData(401, """{"message":"Invalid Webhook Token","code":50027}""")]
    public async Task A_webhook_that_is_gone_is_told_apart(int status, string body)
    {
        await using var discord = await HttpPeer.StartAsync(new HttpPeerAnswer(status, body));

        (await SendAsync(discord, Samples.KillSwitch)).Should().BeOfType<SendOutcome.Gone>();
    }

    [Theory]
    [InlineData(400, """{"message":"Cannot send an empty message","code":50006}""")]
    [InlineData(403, "<html>banned</html>")]
    [InlineData(404, "<html>no such page</html>")]
    [InlineData(302, "")]
    public async Task Another_refusal_is_of_this_message(int status, string body)
    {
        await using var discord = await HttpPeer.StartAsync(new HttpPeerAnswer(status, body, new(StringComparer.Ordinal) { ["Location"] = "http://127.0.0.1:1/" }));

        (await SendAsync(discord, Samples.KillSwitch)).Should().BeOfType<SendOutcome.Refused>();
        discord.Requests.Should().ContainSingle("a redirect is not followed with a secret in hand");
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    public async Task An_error_on_their_side_is_for_another_try(int status)
    {
        await using var discord = await HttpPeer.StartAsync(new HttpPeerAnswer(status, "<html>oops</html>"));

        (await SendAsync(discord, Samples.KillSwitch)).Should().BeOfType<SendOutcome.TryAgain>().Which.PauseFor.Should().BeNull();
    }

    [Fact]
    public async Task A_connection_cut_or_refused_is_for_another_try_and_shows_no_token()
    {
        var discord = await HttpPeer.StartAsync(new HttpPeerAnswer(200, Drops: true));
        var cut = await SendAsync(discord, Samples.KillSwitch);
        var address = discord.Address;
        await discord.DisposeAsync();
        var refused = await SendAsync(address, Samples.KillSwitch);

        cut.Should().BeOfType<SendOutcome.TryAgain>().Which.Reason.Should().StartWith("no answer").And.NotContain("token");
        refused.Should().BeOfType<SendOutcome.TryAgain>().Which.Reason.Should().Be("no answer: ConnectionError");
    }

    [Fact]
    public async Task An_answer_that_never_comes_is_not_waited_for()
    {
        await using var discord = await HttpPeer.StartAsync(new HttpPeerAnswer(200, Hangs: true));

        var outcome = await SendAsync(discord, Samples.KillSwitch);

        outcome.Should().BeOfType<SendOutcome.TryAgain>().Which.Reason.Should().Be("no answer within 5 s");
    }

    [Fact]
    public async Task Being_stopped_is_no_outcome()
    {
        await using var discord = await HttpPeer.StartAsync(new HttpPeerAnswer(200, Hangs: true));
        using var http = ChannelHttp.Create();
        using var stop = new CancellationTokenSource();
        var sending = Channel(discord.Address, http).SendAsync(Samples.KillSwitch, stop.Token);

        await stop.CancelAsync();

        await FluentActions.Awaiting(() => sending).Should().ThrowAsync<OperationCanceledException>();
    }

    private static Task<SendOutcome> SendAsync(HttpPeer discord, AlertMessage alert) => SendAsync(discord.Address, alert);

    private static async Task<SendOutcome> SendAsync(Uri discord, AlertMessage alert)
    {
        using var http = ChannelHttp.Create();
        return await Channel(discord, http).SendAsync(alert, CancellationToken.None);
    }

    private static DiscordChannel Channel(Uri discord, HttpClient http) =>
        new(new DiscordOptions(new Uri(discord, "api/webhooks/7/token")), http);
}
