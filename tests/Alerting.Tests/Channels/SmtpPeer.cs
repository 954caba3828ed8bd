using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace AlgoStack.Alerting.Tests.Channels;

/// <summary>
/// A mail server on loopback, RFC 5321: EHLO, STARTTLS with a certificate of its own making, AUTH PLAIN and LOGIN,
/// MAIL, RCPT, DATA. It refuses what a real one refuses: mail before EHLO, a password in the clear, a bare line feed.
/// </summary>
internal sealed class SmtpPeer : IAsyncDisposable
{
    public const string User = "alerts@example.test";
    public const string Password = "pässword";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly X509Certificate2 _certificate = MakeCertificate();
    private Task _serving = Task.CompletedTask;

    /// <summary>Replies in place of the usual ones, by the command they answer: <c>EHLO</c>, <c>MAIL</c>, <c>.</c>, …</summary>
    public Dictionary<string, string> Replies { get; } = new(StringComparer.Ordinal);

    /// <summary>The command after whose arrival the connection is cut without a reply.</summary>
    public string? DropsAt { get; set; }

    public bool TlsFromTheStart { get; set; }

    public string AuthMechanisms { get; set; } = "PLAIN LOGIN";

    /// <summary>Every command as it came, DATA's text left out.</summary>
    public ConcurrentQueue<string> Commands { get; } = new();

    /// <summary>Texts taken, dots put back.</summary>
    public ConcurrentQueue<string> Messages { get; } = new();

    /// <summary>DATA as it came over the wire, the last dot included.</summary>
    public ConcurrentQueue<string> Wire { get; } = new();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public X509Certificate2 Certificate => _certificate;

    public static SmtpPeer Start()
    {
        var peer = new SmtpPeer();
        peer._listener.Start();
        peer._serving = peer.ServeAsync();
        return peer;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        _certificate.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await using var talk = new Talk(this, client.GetStream());
                await talk.RunAsync(_stop.Token);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The client left, or the test is over.
            }
        }
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=mail.test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }

    private sealed class Talk(SmtpPeer peer, Stream stream) : IAsyncDisposable
    {
        private Stream _stream = stream;
        private bool _encrypted;
        private bool _greeted;
        private bool _known;
        private bool _from;
        private int _to;

        public async Task RunAsync(CancellationToken stop)
        {
            if (peer.TlsFromTheStart) await EncryptAsync(stop);
            await SayAsync(peer.Replies.GetValueOrDefault("connect", "220 mail.test ESMTP"), stop);
            while (await LineAsync(stop) is { } line)
            {
                peer.Commands.Enqueue(line);
                var verb = line.Split(' ', ':')[0].ToUpperInvariant();
                if (peer.DropsAt == verb) return;

                if (peer.Replies.TryGetValue(verb, out var told)) await SayAsync(told, stop);
                else if (!await AnswerAsync(verb, line, stop)) return;
            }
        }

        public ValueTask DisposeAsync() => _stream.DisposeAsync();

        private async Task<bool> AnswerAsync(string verb, string line, CancellationToken stop)
        {
            switch (verb)
            {
                case "EHLO":
                    _greeted = true;
                    await SayAsync(_encrypted ? $"250-mail.test\r\n250-AUTH {peer.AuthMechanisms}\r\n250 SIZE 10485760" : "250-mail.test\r\n250-STARTTLS\r\n250-SIZE 10485760\r\n250 8BITMIME", stop);
                    return true;
                case "STARTTLS":
                    await SayAsync("220 go", stop);
                    await EncryptAsync(stop);
                    _greeted = false;
                    return true;
                case "AUTH":
                    await AuthenticateAsync(line, stop);
                    return true;
                case "MAIL":
                    _from = _greeted && (_known || !_encrypted);
                    await SayAsync(_from ? "250 ok" : "530 5.7.0 authentication required", stop);
                    return true;
                case "RCPT":
                    if (_from) _to++;
                    await SayAsync(_from ? "250 ok" : "503 5.5.1 MAIL first", stop);
                    return true;
                case "DATA":
                    await SayAsync(_to > 0 ? "354 go" : "503 5.5.1 RCPT first", stop);
                    return _to == 0 || await TakeAsync(stop);
                case "QUIT":
                    await SayAsync("221 bye", stop);
                    return false;
                default:
                    await SayAsync("500 5.5.1 what?", stop);
                    return true;
            }
        }

        private async Task AuthenticateAsync(string line, CancellationToken stop)
        {
            var words = line.Split(' ');
            if (!_encrypted)
            {
                await SayAsync("538 5.7.11 encryption required", stop);
                return;
            }

            if (words[1] == "PLAIN")
            {
                _known = Decoded(words[2]) == $"\0{User}\0{Password}";
            }
            else
            {
                await SayAsync("334 VXNlcm5hbWU6", stop);
                var user = Decoded(await LineAsync(stop) ?? string.Empty);
                await SayAsync("334 UGFzc3dvcmQ6", stop);
                _known = (user, Decoded(await LineAsync(stop) ?? string.Empty)) == (User, Password);
            }

            await SayAsync(_known ? "235 2.7.0 ok" : "535 5.7.8 authentication failed", stop);
        }

        private async Task<bool> TakeAsync(CancellationToken stop)
        {
            var text = new StringBuilder();
            var wire = new StringBuilder();
            while (await LineAsync(stop) is { } line)
            {
                wire.Append(line).Append("\r\n");
                if (line == ".")
                {
                    peer.Wire.Enqueue(wire.ToString());
                    if (peer.DropsAt == ".")
                    {
                        peer.Messages.Enqueue(text.ToString());
                        return false;
                    }

                    var reply = peer.Replies.GetValueOrDefault(".", "250 2.0.0 queued as 1");
                    if (reply[0] == '2') peer.Messages.Enqueue(text.ToString());
                    await SayAsync(reply, stop);
                    return true;
                }

                text.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
            }

            return false;
        }

        private async Task EncryptAsync(CancellationToken stop)
        {
            var encrypted = new SslStream(_stream);
            _stream = encrypted;
            try
            {
                await encrypted.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = peer.Certificate }, stop);
            }
            catch (System.Security.Authentication.AuthenticationException e)
            {
                throw new IOException("The client did not trust us.", e);
            }

            _encrypted = true;
        }

        private async Task SayAsync(string reply, CancellationToken stop) =>
            await _stream.WriteAsync(Encoding.ASCII.GetBytes(reply + "\r\n"), stop);

        // CRLF ends a line and nothing else does: a bare LF or CR is how mail is smuggled, and fails the test.
        private async Task<string?> LineAsync(CancellationToken stop)
        {
            var line = new List<byte>();
            var next = new byte[1];
            while (await _stream.ReadAsync(next, stop) == 1)
            {
                line.Add(next[0]);
                if (next[0] != '\n') continue;

                if (line.Count < 2 || line[^2] != '\r') throw new IOException("A bare line feed.");

                var text = Encoding.ASCII.GetString([.. line], 0, line.Count - 2);
                return text.Contains('\r', StringComparison.Ordinal) || text.Length > 998 ? throw new IOException("A bare carriage return, or a line too long.") : text;
            }

            return null;
        }

        private static string Decoded(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));
    }
}
