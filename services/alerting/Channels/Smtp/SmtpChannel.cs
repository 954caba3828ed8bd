using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace AlgoStack.Alerting.Channels.Smtp;

/// <summary>
/// E-mail through a mail server. The Message-ID is the same for every attempt, so a message that is sent again because
/// the answer to the first was lost can be recognised by who receives both.
/// </summary>
public sealed class SmtpChannel(SmtpOptions options) : IAlertChannel
{
    /// <summary>One whole conversation.</summary>
    public static readonly TimeSpan ConversationTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Parting costs nobody an alert that was taken.</summary>
    private static readonly TimeSpan PartingTimeout = TimeSpan.FromSeconds(1);

    private const int Ready = 220;
    private const int AuthContinues = 334;
    private const int AuthDone = 235;
    private const int GoOn = 354;

    public string Name => "email";

    public async Task<SendOutcome> SendAsync(AlertMessage message, CancellationToken cancellationToken)
    {
        var stage = "connecting";
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(ConversationTimeout);
        try
        {
            await using var server = await SmtpConversation.ConnectAsync(options, timeout.Token);
            stage = "greeting";
            if (await GreetAsync(server, timeout.Token) is { } unfriendly) return unfriendly;

            stage = "sending";
            return await MailAsync(server, message, timeout.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new SendOutcome.TryAgain(FormattableString.Invariant($"{stage}: not through within {ConversationTimeout.TotalSeconds} s"));
        }
        catch (AuthenticationException e)
        {
            return new SendOutcome.Refused($"{stage}: the server's certificate is not trusted ({e.Message})");
        }
        catch (Exception e) when (e is SocketException or IOException or SmtpProtocolException)
        {
            return new SendOutcome.TryAgain($"{stage}: {e.Message}");
        }
    }

    /// <returns>Null when the server is ready for mail.</returns>
    private async Task<SendOutcome?> GreetAsync(SmtpConversation server, CancellationToken cancellationToken)
    {
        var greeting = await server.ReplyAsync(cancellationToken);
        if (greeting.Code != Ready) return Failed("greeting", greeting);

        var hello = await server.CommandAsync(Hello, cancellationToken);
        if (!hello.IsPositive) return Failed("EHLO", hello);

        if (options.Security == SmtpSecurity.StartTls)
        {
            // Going on in the clear is what whoever cut STARTTLS out of the answer hopes for.
            if (!Offers(hello, "STARTTLS")) return new SendOutcome.Refused("the server offers no STARTTLS");

            var start = await server.CommandAsync("STARTTLS", cancellationToken);
            if (start.Code != Ready) return Failed("STARTTLS", start);

            await server.EncryptAsync(cancellationToken);
            hello = await server.CommandAsync(Hello, cancellationToken);
            if (!hello.IsPositive) return Failed("EHLO", hello);
        }

        return options.User is null ? null : await AuthenticateAsync(server, hello, cancellationToken);
    }

    private async Task<SendOutcome?> AuthenticateAsync(SmtpConversation server, SmtpReply hello, CancellationToken cancellationToken)
    {
        SmtpReply reply;
        if (Offers(hello, "AUTH", "PLAIN"))
        {
            reply = await server.CommandAsync($"AUTH PLAIN {Base64($"\0{options.User}\0{options.Password}")}", cancellationToken);
        }
        else if (Offers(hello, "AUTH", "LOGIN"))
        {
            reply = await server.CommandAsync("AUTH LOGIN", cancellationToken);
            if (reply.Code == AuthContinues) reply = await server.CommandAsync(Base64(options.User!), cancellationToken);
            if (reply.Code == AuthContinues) reply = await server.CommandAsync(Base64(options.Password!), cancellationToken);
        }
        else
        {
            return new SendOutcome.Refused("the server offers neither AUTH PLAIN nor AUTH LOGIN");
        }

        return reply.Code == AuthDone ? null : Failed("AUTH", reply);
    }

    private async Task<SendOutcome> MailAsync(SmtpConversation server, AlertMessage message, CancellationToken cancellationToken)
    {
        var from = await server.CommandAsync($"MAIL FROM:<{options.From}>", cancellationToken);
        if (!from.IsPositive) return Failed("MAIL", from);

        SmtpReply? refusal = null;
        var taken = 0;
        foreach (var address in options.To)
        {
            var to = await server.CommandAsync($"RCPT TO:<{address}>", cancellationToken);
            if (to.IsPositive) taken++;
            // If all are refused, one that may be taken later makes it worth another try.
            else if (refusal is null || to.IsForNow) refusal = to;
        }

        // Whoever can be reached is told; the rest are not worth telling nobody.
        if (taken == 0) return Failed("RCPT", refusal!);

        var data = await server.CommandAsync("DATA", cancellationToken);
        if (data.Code != GoOn) return Failed("DATA", data);

        var done = await server.TextAsync(SmtpMessage.Write(message, options.From, options.To), cancellationToken);
        if (!done.IsPositive) return Failed("the message", done);

        await PartAsync(server, cancellationToken);
        return new SendOutcome.Delivered(SmtpMessage.MessageId(message, options.From));
    }

    private static async Task PartAsync(SmtpConversation server, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(PartingTimeout);
        try
        {
            await server.CommandAsync("QUIT", timeout.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SmtpProtocolException)
        {
            // It took the message; how it parts is its own affair.
        }
    }

    private static SendOutcome Failed(string what, SmtpReply reply) =>
        reply.IsForNow ? new SendOutcome.TryAgain($"{what}: {reply}") : new SendOutcome.Refused($"{what}: {reply}");

    private static bool Offers(SmtpReply hello, params ReadOnlySpan<string> words)
    {
        foreach (var line in hello.Lines)
        {
            var said = line.Split([' ', '='], StringSplitOptions.RemoveEmptyEntries);
            var all = said.Length > 0 && said[0].Equals(words[0], StringComparison.OrdinalIgnoreCase);
            foreach (var word in words) all = all && said.Contains(word, StringComparer.OrdinalIgnoreCase);
            if (all) return true;
        }

        return false;
    }

    // An address literal needs no name that resolves, which a machine behind a router does not have.
    private static string Hello => "EHLO [127.0.0.1]";

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
