using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using AlgoStack.Alerting.Channels;
using AlgoStack.Alerting.Channels.Discord;
using AlgoStack.Alerting.Channels.Smtp;
using AlgoStack.Alerting.Channels.Twilio;
using AlgoStack.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.WebUtilities;
using Xunit;

namespace AlgoStack.Alerting.Tests.Channels;

/// <summary>The recorded cases of <c>shared/protocols</c>: what must reach the service, what it answers, what is reported.</summary>
public sealed class SharedCasesTests
{
    private const string AccountSid = "AC00000000000000000000000000000001";

    [SharedDataTheory]
    [InlineData("dc-1")]
    [InlineData("dc-2")]
    public async Task Discord_is_spoken_to_as_recorded(string id)
    {
        var recorded = Case("alerts-discord", id);
        await using var discord = await HttpPeer.StartAsync(Answer(recorded));
        using var http = ChannelHttp.Create();

        var outcome = await new DiscordChannel(new DiscordOptions(new Uri(discord.Address, "api/webhooks/{id}/{token}")), http)
            .SendAsync(Message(recorded), CancellationToken.None);

        CheckResult(recorded, outcome);
        var request = discord.Requests.Single();
        CheckRequest(recorded, request);
        var expected = recorded.GetProperty("expect").GetProperty("request");
        if (!expected.TryGetProperty("json", out var json)) return;

        var body = JsonDocument.Parse(request.Body).RootElement;
        foreach (var property in json.EnumerateObject())
        {
            var found = property.Name.Split('.').Aggregate(body, (element, name) => element.GetProperty(name));
            if (property.Value.ValueKind != JsonValueKind.Null) found.GetRawText().Should().Be(property.Value.GetRawText());
        }
    }

    [SharedDataFact]
    public async Task Twilio_is_spoken_to_as_recorded()
    {
        var recorded = Case("alerts-twilio", "tw-1");
        await using var twilio = await HttpPeer.StartAsync(Answer(recorded));
        using var http = ChannelHttp.Create();

        var outcome = await new TwilioChannel(TwilioOptions(twilio.Address, "token"), http).SendAsync(Message(recorded), CancellationToken.None);

        CheckResult(recorded, outcome);
        var request = twilio.Requests.Single();
        CheckRequest(recorded, request);
        var expected = recorded.GetProperty("expect").GetProperty("request");
        request.Headers["Content-Type"].Should().Be(expected.GetProperty("content_type").GetString());
        request.Headers["Authorization"].Should().StartWith(expected.GetProperty("auth").GetString());
        QueryHelpers.ParseQuery(request.Body).Keys.Should().BeEquivalentTo(expected.GetProperty("form").EnumerateObject().Select(field => field.Name));
    }

    [SharedDataFact]
    public async Task Twilio_is_signed_in_to_as_recorded()
    {
        using var file = JsonDocument.Parse(await File.ReadAllTextAsync(SharedData.ProtocolPath("alerts-twilio/signing-vectors.json")));
        var vector = file.RootElement.GetProperty("vectors").EnumerateArray().Single(v => v.GetProperty("id").GetString() == "twilio-sms-01");
        var expected = vector.GetProperty("expect");
        await using var twilio = await HttpPeer.StartAsync(new HttpPeerAnswer(201, "{}"));
        using var http = ChannelHttp.Create();

        await new TwilioChannel(TwilioOptions(twilio.Address, vector.GetProperty("credentials").GetProperty("auth_token").GetString()!), http)
            .SendAsync(Samples.KillSwitch, CancellationToken.None);

        var request = twilio.Requests.Single();
        request.Path.Should().Be(new Uri(vector.GetProperty("request").GetProperty("url").GetString()!).AbsolutePath);
        request.Headers["Authorization"].Should().Be(expected.GetProperty("authorization").GetString());
        request.Headers["Content-Type"].Should().Be(expected.GetProperty("content_type").GetString());
        // The vector's own text is the platform's to choose; how it is encoded is not.
        var ours = QueryHelpers.ParseQuery(request.Body).Select(field => KeyValuePair.Create(field.Key, field.Value.ToString())).ToArray();
        var form = vector.GetProperty("request").GetProperty("form").EnumerateObject().Select(field => KeyValuePair.Create(field.Name, field.Value.GetString()!));
        ours.SkipLast(1).Should().Equal(form.SkipLast(1));
        using var encoded = new FormUrlEncodedContent(form);
        (await encoded.ReadAsStringAsync()).Should().Be(expected.GetProperty("body").GetString());
    }

    [SharedDataFact]
    public async Task A_mail_server_is_spoken_to_as_recorded()
    {
        var recorded = Case("alerts-smtp", "sm-1");
        await using var certificates = SmtpPeer.Start();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var options = new SmtpOptions(
            "127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, SmtpSecurity.StartTls, "u", "p", "alerts@example.test", ["ops@example.test"], [certificates.Certificate]);

        var playing = PlayAsync(recorded.GetProperty("dialog"), listener, certificates.Certificate);
        var outcome = await new SmtpChannel(options).SendAsync(Samples.KillSwitch, CancellationToken.None);

        await playing;
        CheckResult(recorded, outcome);
    }

    private static async Task PlayAsync(
        JsonElement dialog, TcpListener listener, System.Security.Cryptography.X509Certificates.X509Certificate2 certificate)
    {
        using var client = await listener.AcceptTcpClientAsync();
        Stream stream = client.GetStream();
        foreach (var line in dialog.EnumerateArray())
        {
            var (who, text) = (line[0].GetString(), line[1].GetString());
            if (who == "tls")
            {
                var encrypted = new SslStream(stream);
                await encrypted.AuthenticateAsServerAsync(certificate);
                stream = encrypted;
            }
            else if (who == "s")
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes(text + "\r\n"));
            }
            else
            {
                var expected = text!.Replace("<CRLF>", "\r\n", StringComparison.Ordinal);
                var end = expected.StartsWith('*') ? expected.TrimStart('*') : "\r\n";
                var said = await ReadToAsync(stream, end);
                var pattern = "\\A" + Regex.Escape(expected).Replace("\\*", ".*", StringComparison.Ordinal) + "(\r\n)?\\z";
                said.Should().MatchRegex(new Regex(pattern, RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)));
            }
        }

        await stream.DisposeAsync();
    }

    private static async Task<string> ReadToAsync(Stream stream, string end)
    {
        var text = new StringBuilder();
        var next = new byte[1];
        while (!text.ToString().EndsWith(end, StringComparison.Ordinal) && await stream.ReadAsync(next) == 1) text.Append((char)next[0]);
        return text.ToString();
    }

    private static JsonElement Case(string folder, string id)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(SharedData.ProtocolPath($"{folder}/cases.json")));
        return file.RootElement.GetProperty("cases").EnumerateArray().Single(recorded => recorded.GetProperty("id").GetString() == id).Clone();
    }

    private static AlertMessage Message(JsonElement recorded)
    {
        var message = recorded.GetProperty("message");
        return Samples.KillSwitch with
        {
            Severity = message.GetProperty("severity").GetString()!,
            Title = message.GetProperty("title").GetString()!,
            Text = message.GetProperty("text").GetString()!,
        };
    }

    private static HttpPeerAnswer Answer(JsonElement recorded)
    {
        var http = recorded.GetProperty("http");
        var body = http.TryGetProperty("body", out var json) ? json.GetRawText() : http.GetProperty("text").GetString()!;
        var headers = http.GetProperty("headers").EnumerateObject().ToDictionary(h => h.Name, h => h.Value.GetString()!, StringComparer.Ordinal);
        return new HttpPeerAnswer(http.GetProperty("status").GetInt32(), body, headers);
    }

    private static void CheckRequest(JsonElement recorded, HttpPeerRequest request)
    {
        var expected = recorded.GetProperty("expect").GetProperty("request");
        request.Method.Should().Be(expected.GetProperty("method").GetString());
        if (expected.TryGetProperty("path", out var path))
            Uri.UnescapeDataString(request.Path).Should().Be(path.GetString()!.Replace("{sid}", AccountSid, StringComparison.Ordinal));
        if (expected.TryGetProperty("query", out var query))
            request.Query.Should().Be("?" + string.Join('&', query.EnumerateObject().Select(field => $"{field.Name}={field.Value.GetString()}")));
    }

    private static void CheckResult(JsonElement recorded, SendOutcome outcome)
    {
        var expect = recorded.GetProperty("expect");
        var result = expect.TryGetProperty("result", out var inner) ? inner : expect;
        result.GetProperty("delivered").GetBoolean().Should().Be(outcome is SendOutcome.Delivered);
        if (result.TryGetProperty("messageId", out var messageId))
            outcome.Should().BeOfType<SendOutcome.Delivered>().Which.MessageId.Should().Be(messageId.GetString());
    }

    private static TwilioOptions TwilioOptions(Uri address, string token) =>
        new(AccountSid, token, "+15017122661", null, "+15558675310", address);
}
