using System.Net.Sockets;
using System.Text;
using AlgoStack.Testing.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace AlgoStack.Testing.Services;

/// <summary>Publishes the keys that it is told to, and signs whatever it is told to.</summary>
public sealed class TestIssuer : IAsyncDisposable
{
    private HttpPeer? _peer;
    private int _asked;

    public TestKey Key { get; } = new("one");

    /// <summary>What it publishes; null: it answers with a fault.</summary>
    public string? KeySet { get; set; }

    /// <summary>How often it was asked for its keys.</summary>
    public int Asked => Volatile.Read(ref _asked);

    public Uri Address => _peer!.Address;

    public static async Task<TestIssuer> StartAsync()
    {
        var issuer = new TestIssuer();
        issuer.Publish(issuer.Key);
        issuer._peer = await HttpPeer.StartAsync(routes => routes.MapGet("/.well-known/jwks.json", () =>
        {
            Interlocked.Increment(ref issuer._asked);
            return issuer.KeySet is { } keys ? Results.Text(keys, "application/json") : Results.StatusCode(500);
        }));
        return issuer;
    }

    public void Publish(params TestKey[] keys) => KeySet = $$"""{"keys":[{{string.Join(',', keys.Select(k => k.Published))}}]}""";

    public async ValueTask DisposeAsync()
    {
        Key.Dispose();
        if (_peer is not null) await _peer.DisposeAsync();
    }
}

/// <summary>HTTP as it is on the wire, for what no client sends.</summary>
public static class RawHttp
{
    public static async Task<string> GetAsync(Uri address, string path, params string[] headers)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"GET {path} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\n{string.Concat(headers.Select(h => $"{h}\r\n"))}\r\n"));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }
}
