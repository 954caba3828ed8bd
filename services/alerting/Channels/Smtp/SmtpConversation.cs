using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace AlgoStack.Alerting.Channels.Smtp;

/// <summary>
/// One conversation with a mail server, RFC 5321: lines out, replies in, TLS in the middle where asked. System.Net.Mail
/// has no implicit TLS, no say over Message-ID folding and headers, and tells 4xx from 5xx only in part.
/// </summary>
internal sealed class SmtpConversation : IAsyncDisposable
{
    /// <summary>RFC 5321 allows 512 with CRLF; servers are chatty in replies, and this is still no memory.</summary>
    private const int LongestReplyLine = 4_096;

    /// <summary>Lines of one reply; an EHLO answer has a dozen.</summary>
    private const int MostReplyLines = 100;

    private readonly TcpClient _tcp = new();
    private readonly SmtpOptions _options;
    private Stream _stream = Stream.Null;
    private readonly byte[] _buffer = new byte[LongestReplyLine];
    private int _start;
    private int _end;

    private SmtpConversation(SmtpOptions options) => _options = options;

    public bool IsEncrypted => _stream is SslStream;

    public static async Task<SmtpConversation> ConnectAsync(SmtpOptions options, CancellationToken cancellationToken)
    {
        var conversation = new SmtpConversation(options);
        try
        {
            await conversation._tcp.ConnectAsync(options.Host, options.Port, cancellationToken);
            conversation._stream = conversation._tcp.GetStream();
            if (options.Security == SmtpSecurity.Tls) await conversation.EncryptAsync(cancellationToken);
            return conversation;
        }
        catch
        {
            await conversation.DisposeAsync();
            throw;
        }
    }

    public async Task<SmtpReply> CommandAsync(string command, CancellationToken cancellationToken)
    {
        // A command with a line break in it would be two commands.
        if (command.AsSpan().ContainsAny('\r', '\n', '\0'))
            throw new InvalidOperationException("An SMTP command would hold a line break; that is a command injection.");

        await WriteAsync(command + "\r\n", cancellationToken);
        return await ReplyAsync(cancellationToken);
    }

    /// <summary>Sends a message's text, its leading dots doubled (RFC 5321 4.5.2), and the dot that ends it.</summary>
    public async Task<SmtpReply> TextAsync(string message, CancellationToken cancellationToken)
    {
        var stuffed = message.StartsWith('.') ? "." + message : message;
        stuffed = stuffed.Replace("\r\n.", "\r\n..", StringComparison.Ordinal);
        await WriteAsync(stuffed.EndsWith("\r\n", StringComparison.Ordinal) ? stuffed + ".\r\n" : stuffed + "\r\n.\r\n", cancellationToken);
        return await ReplyAsync(cancellationToken);
    }

    public async Task<SmtpReply> ReplyAsync(CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        while (lines.Count < MostReplyLines)
        {
            var line = await LineAsync(cancellationToken);
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var code) || code is < 200 or > 599)
                throw new SmtpProtocolException($"expected a reply such as '250 ok', found '{Shown(line)}'");

            lines.Add(line.Length > 4 ? line[4..] : string.Empty);
            if (line.Length == 3 || line[3] == ' ') return new SmtpReply(code, lines);
        }

        throw new SmtpProtocolException(string.Create(CultureInfo.InvariantCulture, $"a reply of more than {MostReplyLines} lines"));
    }

    public async Task EncryptAsync(CancellationToken cancellationToken)
    {
        // What came in the clear after the go-ahead would be taken for the server's encrypted word (CVE-2011-0411).
        if (_start != _end) throw new SmtpProtocolException("the server spoke between STARTTLS and the handshake");

        var encrypted = new SslStream(_stream, leaveInnerStreamOpen: false);
        var authentication = new SslClientAuthenticationOptions
        {
            TargetHost = _options.Host,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };
        if (_options.Authorities.Count > 0)
        {
            authentication.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            authentication.CertificateChainPolicy.CustomTrustStore.AddRange(_options.Authorities);
        }

        try
        {
            await encrypted.AuthenticateAsClientAsync(authentication, cancellationToken);
        }
        catch
        {
            await encrypted.DisposeAsync();
            throw;
        }

        _stream = encrypted;
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _tcp.Dispose();
    }

    private async Task WriteAsync(string text, CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(Encoding.ASCII.GetBytes(text), cancellationToken);
        await _stream.FlushAsync(cancellationToken);
    }

    private async Task<string> LineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var end = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (end >= 0)
            {
                var line = Encoding.UTF8.GetString(_buffer, _start, end).TrimEnd('\r');
                _start += end + 1;
                return line;
            }

            Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
            _end -= _start;
            _start = 0;
            if (_end == _buffer.Length)
                throw new SmtpProtocolException(string.Create(CultureInfo.InvariantCulture, $"a reply line of more than {LongestReplyLine} bytes"));

            var read = await _stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            if (read == 0) throw new SmtpProtocolException("the server closed the connection");

            _end += read;
        }
    }

    private static string Shown(string line) => line.Length > 80 ? line[..80] : line;
}

/// <param name="Lines">Without code and separator.</param>
internal sealed record SmtpReply(int Code, IReadOnlyList<string> Lines)
{
    public bool IsPositive => Code is >= 200 and < 400;

    /// <summary>4xx: the server may say yes another time.</summary>
    public bool IsForNow => Code is >= 400 and < 500;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Code} {string.Join(' ', Lines)}").Trim();
}

/// <summary>The server said something that is no SMTP, or nothing any more.</summary>
internal sealed class SmtpProtocolException(string message) : Exception(message);
