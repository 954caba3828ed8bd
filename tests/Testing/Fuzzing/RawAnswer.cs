using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace AlgoStack.Testing.Fuzzing;

/// <summary>What came back over a connection of its own.</summary>
/// <param name="Body">Without its chunks' sizes; empty of a stream, which has no end.</param>
internal sealed record RawAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    private const int MostBytes = 8 * 1024 * 1024;
    private const int Buffer = 64 * 1024;

    public string ContentType => Headers.GetValueOrDefault("content-type", "").Split(';')[0].Trim();

    /// <summary>Kestrel's own word about what is not HTTP: no handler has seen the request.</summary>
    public bool IsOfTheServerItself =>
        Body.Length == 0 && ContentType.Length == 0 && Status is 400 or 405 or 408 or 411 or 413 or 414 or 417 or 431 or 501 or 505
        && Headers.GetValueOrDefault("connection", "").Equals("close", StringComparison.OrdinalIgnoreCase);

    /// <returns>Null when the connection was closed without an answer.</returns>
    /// <exception cref="OperationCanceledException">There was no end of it in time.</exception>
    public static async Task<RawAnswer?> AskAsync(Uri address, byte[] request, bool isWhole, CancellationToken cancellationToken)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address.Host, address.Port, cancellationToken);
        try
        {
            await socket.SendAsync(request, cancellationToken);
            if (!isWhole) socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // Who has heard enough answers before it has heard all.
        }

        var bytes = new List<byte>();
        var buffer = new byte[Buffer];
        var head = -1;
        try
        {
            int read;
            while (bytes.Count < MostBytes && (read = await socket.ReceiveAsync(buffer, cancellationToken)) > 0)
            {
                bytes.AddRange(buffer.AsSpan(0, read));
                if (head < 0) head = EndOfHead(bytes);
                if (head >= 0 && Parse(bytes, head) is { ContentType: "text/event-stream" } stream) return stream with { Body = [] };
            }
        }
        catch (SocketException)
        {
            // As if it had ended.
        }

        return head < 0 ? null : Parse(bytes, head);
    }

    public override string ToString()
    {
        var text = Encoding.UTF8.GetString(Body);
        return $"{Status} {ContentType} {(text.Length > 600 ? text[..600] + "…" : text)}";
    }

    private static int EndOfHead(List<byte> bytes)
    {
        for (var i = 3; i < bytes.Count; i++)
        {
            if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n' && bytes[i - 3] == '\r') return i + 1;
        }

        return -1;
    }

    private static RawAnswer Parse(List<byte> bytes, int head)
    {
        var lines = Encoding.Latin1.GetString([.. bytes[..head]]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines.Skip(1)) headers[line.Split(':')[0]] = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        byte[] rest = [.. bytes[head..]];
        var body = headers.ContainsKey("transfer-encoding") ? Joined(rest) : rest;
        return new RawAnswer(int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture), headers, body);
    }

    private static byte[] Joined(byte[] chunks)
    {
        var body = new List<byte>();
        for (var at = 0; at < chunks.Length;)
        {
            var end = chunks.AsSpan(at).IndexOf("\r\n"u8);
            if (end <= 0 || !int.TryParse(Encoding.ASCII.GetString(chunks, at, end), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var size) || size == 0) break;

            var from = at + end + 2;
            body.AddRange(chunks.AsSpan(from, Math.Min(size, chunks.Length - from)));
            at = from + size + 2;
        }

        return [.. body];
    }
}
