using System.Buffers.Text;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
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

public sealed class TestKey(string kid) : IDisposable
{
    private readonly ECDsa _pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string Kid => kid;

    public string Published
    {
        get
        {
            var point = _pair.ExportParameters(includePrivateParameters: false).Q;
            return JsonSerializer.Serialize(new { kty = "EC", crv = "P-256", kid, use = "sig", alg = "ES256", x = Base64Url.EncodeToString(point.X), y = Base64Url.EncodeToString(point.Y) });
        }
    }

    /// <summary>As others would hold it, to sign with what is public.</summary>
    public byte[] PublicPem => Encoding.UTF8.GetBytes(_pair.ExportSubjectPublicKeyInfoPem());

    public byte[] Sign(string text, DSASignatureFormat format = DSASignatureFormat.IeeeP1363FixedFieldConcatenation) =>
        _pair.SignData(Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256, format);

    public void Dispose() => _pair.Dispose();
}

/// <summary>A token that can be wrong in any way.</summary>
public sealed record TestToken(TestKey Key)
{
    public Dictionary<string, object?> Header { get; } = new(StringComparer.Ordinal) { ["alg"] = "ES256", ["typ"] = "at+jwt", ["kid"] = Key.Kid };

    public Dictionary<string, object?> Claims { get; } = new(StringComparer.Ordinal) { ["iss"] = "algostack", ["aud"] = "algostack", ["sub"] = "somebody", ["scope"] = "read trade" };

    /// <summary>Those of a header and of claims, as they are signed.</summary>
    public string Signed => $"{Part(Header)}.{Part(Claims)}";

    public static TestToken ValidAt(TestKey key, DateTimeOffset now) => new TestToken(key).With(t =>
    {
        t.Claims["nbf"] = t.Claims["iat"] = now.ToUnixTimeSeconds();
        t.Claims["exp"] = now.AddMinutes(5).ToUnixTimeSeconds();
    });

    public TestToken With(Action<TestToken> change)
    {
        change(this);
        return this;
    }

    public static string Part(object part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));

    public override string ToString() => $"{Signed}.{Base64Url.EncodeToString(Key.Sign(Signed))}";
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
