using System.Text;
using System.Text.RegularExpressions;
using AlgoStack.Alerting.Channels;
using AlgoStack.Alerting.Channels.Smtp;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Alerting.Tests.Channels;

public sealed partial class SmtpChannelTests
{
    [Fact]
    public async Task A_message_goes_over_starttls_with_a_password()
    {
        await using var server = SmtpPeer.Start();

        var outcome = await SendAsync(server, Samples.KillSwitch);

        outcome.Should().Be(new SendOutcome.Delivered("<8f14e45fceea167a5a36dedd4bea2543@example.test>"));
        server.Commands.Select(command => command.Split(' ')[0]).Should().Equal("EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT");
        server.Commands.Should().Contain("MAIL FROM:<alerts@example.test>").And.Contain("RCPT TO:<ops@example.test>");
        server.Messages.Should().ContainSingle().Which.Should().Be(
            """
            From: AlgoStack <alerts@example.test>
            To: ops@example.test
            Subject: [critical] Kill switch
            Date: Tue, 16 Jan 2024 14:30:00 +0000
            Message-ID: <8f14e45fceea167a5a36dedd4bea2543@example.test>
            Auto-Submitted: auto-generated
            MIME-Version: 1.0
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: 7bit

            Daily loss limit hit: -3.5% <BTC-USD> & halted

            """.ReplaceLineEndings("\r\n"));
    }

    [Fact]
    public async Task Tls_from_the_first_byte_works_too()
    {
        await using var server = SmtpPeer.Start();
        server.TlsFromTheStart = true;

        var outcome = await SendAsync(Options(server) with { Security = SmtpSecurity.Tls }, Samples.KillSwitch);

        outcome.Should().BeOfType<SendOutcome.Delivered>();
        server.Commands.Should().NotContain("STARTTLS");
    }

    [Fact]
    public async Task Login_is_used_where_plain_is_not_offered()
    {
        await using var server = SmtpPeer.Start();
        server.AuthMechanisms = "LOGIN";

        (await SendAsync(server, Samples.KillSwitch)).Should().BeOfType<SendOutcome.Delivered>();
        server.Commands.Should().Contain("AUTH LOGIN");
    }

    [Fact]
    public async Task A_relay_without_a_password_is_not_given_one()
    {
        await using var server = SmtpPeer.Start();

        var outcome = await SendAsync(Options(server) with { Security = SmtpSecurity.None, User = null, Password = null }, Samples.KillSwitch);

        outcome.Should().BeOfType<SendOutcome.Delivered>();
        server.Commands.Should().NotContain(command => command.StartsWith("AUTH", StringComparison.Ordinal) || command == "STARTTLS");
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_refused_before_the_password_is_said()
    {
        await using var server = SmtpPeer.Start();

        var outcome = await SendAsync(Options(server) with { Authorities = [] }, Samples.KillSwitch);

        outcome.Should().BeOfType<SendOutcome.Refused>().Which.Reason.Should().Contain("certificate");
        server.Commands.Should().NotContain(command => command.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_without_starttls_is_not_spoken_to_in_the_clear()
    {
        await using var server = SmtpPeer.Start();
        server.Replies["EHLO"] = "250-mail.test\r\n250 AUTH PLAIN";

        (await SendAsync(server, Samples.KillSwitch)).Should().Be(new SendOutcome.Refused("the server offers no STARTTLS"));
        server.Commands.Should().Equal("EHLO [127.0.0.1]");
    }

    [Fact]
    public async Task Words_slipped_in_before_the_handshake_are_not_believed()
    {
        await using var server = SmtpPeer.Start();
        server.Replies["STARTTLS"] = "220 go\r\n250-mail.test\r\n250 AUTH PLAIN";

        (await SendAsync(server, Samples.KillSwitch)).Should().BeOfType<SendOutcome.TryAgain>()
            .Which.Reason.Should().Contain("between STARTTLS and the handshake");
    }

    [Theory]
    [InlineData("connect", "421 4.3.2 shutting down", true)]
    [InlineData("connect", "554 5.3.2 no service here", false)]
    [InlineData("AUTH", "454 4.7.0 temporary authentication failure", true)]
    [InlineData("AUTH", "535 5.7.8 authentication failed", false)]
    [InlineData("MAIL", "451 4.3.0 try later", true)]
    [InlineData("RCPT", "450 4.2.1 mailbox busy", true)]
    [InlineData("RCPT", "550 5.1.1 no such user", false)]
    [InlineData("DATA", "421 4.3.2 shutting down", true)]
    [InlineData(".", "452 4.3.1 out of space", true)]
    [InlineData(".", "554 5.7.1 looks like spam", false)]
    public async Task Four_hundreds_are_for_later_and_five_hundreds_for_never(string command, string reply, bool later)
    {
        await using var server = SmtpPeer.Start();
        server.Replies[command] = reply;

        var outcome = await SendAsync(server, Samples.KillSwitch);

        if (later) outcome.Should().BeOfType<SendOutcome.TryAgain>().Which.Reason.Should().EndWith(reply);
        else outcome.Should().BeOfType<SendOutcome.Refused>().Which.Reason.Should().EndWith(reply);
    }

    [Fact]
    public async Task A_wrong_password_is_refused()
    {
        await using var server = SmtpPeer.Start();

        (await SendAsync(Options(server) with { Password = "wrong" }, Samples.KillSwitch))
            .Should().Be(new SendOutcome.Refused("AUTH: 535 5.7.8 authentication failed"));
    }

    [Fact]
    public async Task A_connection_lost_after_the_dot_is_tried_again_under_the_same_message_id()
    {
        await using var server = SmtpPeer.Start();
        server.DropsAt = ".";
        var first = await SendAsync(server, Samples.KillSwitch);
        server.DropsAt = null;
        var second = await SendAsync(server, Samples.KillSwitch);

        first.Should().Be(new SendOutcome.TryAgain("sending: the server closed the connection"));
        second.Should().BeOfType<SendOutcome.Delivered>();
        server.Messages.Should().HaveCount(2, "the server had taken the first");
        server.Messages.Distinct(StringComparer.Ordinal).Should().ContainSingle("whoever receives both can tell that they are one");
    }

    [Fact]
    public async Task How_the_server_parts_does_not_matter()
    {
        await using var server = SmtpPeer.Start();
        server.DropsAt = "QUIT";

        (await SendAsync(server, Samples.KillSwitch)).Should().BeOfType<SendOutcome.Delivered>();
    }

    [Fact]
    public async Task Whoever_of_several_can_be_reached_is_told()
    {
        await using var server = SmtpPeer.Start();
        var two = Options(server) with { To = ["ops@example.test", "boss@example.test"] };

        (await SendAsync(two, Samples.KillSwitch)).Should().BeOfType<SendOutcome.Delivered>();
        server.Commands.Should().Contain("RCPT TO:<ops@example.test>").And.Contain("RCPT TO:<boss@example.test>");
        server.Messages.Single().Should().Contain("To: ops@example.test,\r\n boss@example.test\r\n");
    }

    [Fact]
    public async Task Nobody_listening_is_for_another_try()
    {
        var server = SmtpPeer.Start();
        var options = Options(server);
        await server.DisposeAsync();

        (await new SmtpChannel(options).SendAsync(Samples.KillSwitch, CancellationToken.None)).Should().BeOfType<SendOutcome.TryAgain>();
    }

    [Fact]
    public async Task A_server_that_speaks_no_smtp_is_for_another_try()
    {
        await using var server = SmtpPeer.Start();
        server.Replies["connect"] = "SSH-2.0-OpenSSH_9.2";

        (await SendAsync(server, Samples.KillSwitch)).Should().Be(new SendOutcome.TryAgain("greeting: expected a reply such as '250 ok', found 'SSH-2.0-OpenSSH_9.2'"));
    }

    [Fact]
    public async Task Leading_dots_arrive_as_they_were()
    {
        await using var server = SmtpPeer.Start();

        await SendAsync(server, Samples.KillSwitch with { Text = ".first\n.\n..\nlast" });

        server.Messages.Single().Should().EndWith("\r\n\r\n.first\r\n.\r\n..\r\nlast\r\n");
        server.Wire.Single().Should().EndWith("\r\n\r\n..first\r\n..\r\n...\r\nlast\r\n.\r\n");
    }

    [Fact]
    public async Task Any_script_arrives_as_it_was()
    {
        await using var server = SmtpPeer.Start();
        var title = "Verlustgrenze überschritten: 日本 👩‍👩‍👧 " + string.Concat(Enumerable.Repeat("é", 100));
        var text = "Zeile eins\n..zwei 日本\n" + new string('ä', 3_000);

        await SendAsync(server, Samples.KillSwitch with { Title = title, Text = text });

        var message = server.Messages.Single();
        message.Should().MatchRegex("\\A[\\x20-\\x7e\r\n]*\\z");
        message.Split("\r\n").Should().OnlyContain(line => line.Length <= 78);
        Subject(message).Should().Be("[critical] " + title);
        Body(message).Should().Be(text.ReplaceLineEndings("\r\n"));
    }

    [Fact]
    public async Task A_line_too_long_for_the_protocol_arrives_whole()
    {
        await using var server = SmtpPeer.Start();
        var text = new string('x', 4_000);

        await SendAsync(server, Samples.KillSwitch with { Text = text });

        Body(server.Messages.Single()).Should().Be(text);
    }

    [Theory]
    [InlineData("Kill switch\r\nBcc: everybody@example.test")]
    [InlineData("Kill switch\nBcc: everybody@example.test")]
    [InlineData("Kill switch\r\n.\r\nMAIL FROM:<x@example.test>")]
    [InlineData("Kill\0switch")]
    public async Task A_header_cannot_be_slipped_in(string title)
    {
        await using var server = SmtpPeer.Start();

        // Titles are cleaned when an alert is raised; this is what happens to one that was not.
        await FluentActions.Awaiting(() => SendAsync(server, Samples.KillSwitch with { Title = title }))
            .Should().ThrowAsync<InvalidOperationException>().WithMessage("*header injection*");
        server.Messages.Should().BeEmpty();
    }

    [Fact]
    public async Task A_subject_that_looks_encoded_is_shown_as_it_is()
    {
        await using var server = SmtpPeer.Start();

        await SendAsync(server, Samples.KillSwitch with { Title = "=?utf-8?B?SGFja2Vk?=" });

        Subject(server.Messages.Single()).Should().Be("[critical] =?utf-8?B?SGFja2Vk?=");
    }

    private static Task<SendOutcome> SendAsync(SmtpPeer server, AlertMessage alert) => SendAsync(Options(server), alert);

    private static Task<SendOutcome> SendAsync(SmtpOptions options, AlertMessage alert) =>
        new SmtpChannel(options).SendAsync(alert, CancellationToken.None);

    private static SmtpOptions Options(SmtpPeer server) => new(
        "127.0.0.1", server.Port, SmtpSecurity.StartTls, SmtpPeer.User, SmtpPeer.Password, "alerts@example.test", ["ops@example.test"], [server.Certificate]);

    private static string Subject(string message)
    {
        var folded = SubjectHeader().Match(message).Groups["subject"].Value;
        return string.Concat(folded.Split("\r\n ").Select(word => EncodedWord().Match(word) is { Success: true } encoded
            ? Encoding.UTF8.GetString(Convert.FromBase64String(encoded.Groups["text"].Value))
            : word));
    }

    private static string Body(string message) =>
        Encoding.UTF8.GetString(Convert.FromBase64String(message[(message.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..].ReplaceLineEndings(string.Empty)));

    [GeneratedRegex("^Subject: (?<subject>.*?)\r\n(?! )", RegexOptions.Multiline | RegexOptions.Singleline, 1000)]
    private static partial Regex SubjectHeader();

    [GeneratedRegex("^=\\?utf-8\\?B\\?(?<text>[A-Za-z0-9+/=]*)\\?=$", RegexOptions.None, 1000)]
    private static partial Regex EncodedWord();
}
