using AlgoStack.Alerting.Channels;
using AlgoStack.Alerting.Channels.Twilio;
using FluentAssertions;
using Microsoft.AspNetCore.WebUtilities;
using Xunit;

namespace AlgoStack.Alerting.Tests.Channels;

public sealed class TwilioChannelTests
{
    private const string Account = "AC00000000000000000000000000000001";
    private const string Queued = """{"sid":"SM00000000000000000000000000000001","status":"queued","error_code":null,"num_segments":"1"}""";

    [Fact]
    public async Task A_message_is_a_form_with_basic_authentication()
    {
        await using var twilio = await HttpPeer.StartAsync(new HttpPeerAnswer(201, Queued));

        var outcome = await SendAsync(twilio, Samples.KillSwitch);

        outcome.Should().Be(new SendOutcome.Delivered("SM00000000000000000000000000000001"));
        var request = twilio.Requests.Should().ContainSingle().Subject;
        (request.Method, request.Path).Should().Be(("POST", $"/2010-04-01/Accounts/{Account}/Messages.json"));
        request.Headers["Content-Type"].Should().Be("application/x-www-form-urlencoded");
        request.Headers["Authorization"].Should().Be("Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTp0d2lsaW9fdGVzdF90b2tlbg==");
        request.Body.Should().Be(
            "To=%2B15558675310&From=%2B15017122661&Body=%5Bcritical%5D+Kill+switch%0ADaily+loss+limit+hit%3A+-3.5%25+%3CBTC-USD%3E+%26+halted");
    }

    [Fact]
    public async Task A_messaging_service_sends_in_place_of_a_number()
    {
        await using var twilio = await HttpPeer.StartAsync(new HttpPeerAnswer(201, Queued));

        await SendAsync(Options(twilio) with { From = null, MessagingServiceSid = "MG00000000000000000000000000000001" }, Samples.KillSwitch);

        var form = QueryHelpers.ParseQuery(twilio.Requests.Single().Body);
        form["MessagingServiceSid"].ToString().Should().Be("MG00000000000000000000000000000001");
        form.Should().NotContainKey("From");
    }

    [Fact]
    public async Task A_long_text_is_cut_to_what_twilio_takes()
    {
        await using var twilio = await HttpPeer.StartAsync(new HttpPeerAnswer(201, Queued));

        await SendAsync(twilio, Samples.KillSwitch with { Text = string.Concat(Enumerable.Repeat("é&=日", 2_000)) });

        QueryHelpers.ParseQuery(twilio.Requests.Single().Body)["Body"].ToString().Should().HaveLength(TwilioChannel.LongestBody).And.EndWith("…");
    }

    [Theory]
    [InlineData(401, 20003, "Authenticate")]
    [InlineData(400, 21211, "The 'To' number +1555 is not a valid phone number.")]
    [InlineData(400, 21212, "The 'From' number is not a valid phone number.")]
    [InlineData(400, 21606, "The 'From' number is not a valid, SMS-capable number.")]
    [InlineData(400, 21659, "'From' is not a Twilio phone number.")]
    [InlineData(400, 21610, "Attempt to send to unsubscribed recipient")]
    [InlineData(400, 21608, "The number is unverified. Trial accounts cannot send messages to unverified numbers.")]
    public async Task A_refusal_is_final_and_says_why(int status, int code, string message)
    {
        await using var twilio = await HttpPeer.StartAsync(
            new HttpPeerAnswer(status, $$"""{"code":{{code}},"message":"{{message}}","more_info":"https://www.twilio.com/docs/errors/{{code}}","status":{{status}}}"""));

        var outcome = await SendAsync(twilio, Samples.KillSwitch);

        outcome.Should().Be(new SendOutcome.Refused($"HTTP {status}, code {code}: {message}"));
    }

    [Theory]
    [InlineData("4", 4)]
    [InlineData(null, 1)]
    public async Task Too_many_requests_is_for_later(string? retryAfter, double seconds)
    {
        var headers = retryAfter is null ? null : new Dictionary<string, string>(StringComparer.Ordinal) { ["Retry-After"] = retryAfter };
        await using var twilio = await HttpPeer.StartAsync(new HttpPeerAnswer(429, """{"code":20429,"message":"Too Many Requests","status":429}""", headers));

        var outcome = await SendAsync(twilio, Samples.KillSwitch);

        outcome.Should().BeOfType<SendOutcome.TryAgain>().Which.PauseFor.Should().Be(TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public async Task A_message_that_failed_at_once_is_refused()
    {
        await using var twilio = await HttpPeer.StartAsync(
            new HttpPeerAnswer(201, """{"sid":"SM1","status":"failed","error_code":30003,"error_message":"Unreachable destination handset"}"""));

        (await SendAsync(twilio, Samples.KillSwitch)).Should().Be(new SendOutcome.Refused("failed, code 30003: Unreachable destination handset"));
    }

    [Fact]
    public async Task An_error_on_their_side_or_a_cut_connection_is_for_another_try()
    {
        await using var twilio = await HttpPeer.StartAsync(new HttpPeerAnswer(503, "<html>"), new HttpPeerAnswer(201, Drops: true));

        (await SendAsync(twilio, Samples.KillSwitch)).Should().BeOfType<SendOutcome.TryAgain>();
        (await SendAsync(twilio, Samples.KillSwitch)).Should().BeOfType<SendOutcome.TryAgain>().Which.Reason.Should().StartWith("no answer");
    }

    private static Task<SendOutcome> SendAsync(HttpPeer twilio, AlertMessage alert) => SendAsync(Options(twilio), alert);

    private static async Task<SendOutcome> SendAsync(TwilioOptions options, AlertMessage alert)
    {
        using var http = ChannelHttp.Create();
        return await new TwilioChannel(options, http).SendAsync(alert, CancellationToken.None);
    }

    private static TwilioOptions Options(HttpPeer twilio) =>
        new(Account, "twilio_test_token", "+15017122661", null, "+15558675310", twilio.Address);
}
