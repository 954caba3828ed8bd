using System.Security.Cryptography;
using System.Text;

namespace AlgoStack.BrokerRouting.Brokers.Binance;

/// <summary>
/// An API key and what signs for it. Its kind is read off the secret: a PEM (PKCS#8) is an RSA or an Ed25519 key, everything
/// else the text of an HMAC key. Safe for several threads.
/// </summary>
internal sealed class BinanceKey
{
    private const string PemStart = "-----BEGIN ";
    private const string Pkcs8Label = "PRIVATE KEY";

    private readonly Secret _apiKey;
    private readonly Func<byte[], string> _sign;

    /// <exception cref="NotSupportedException">The secret is of a kind that cannot sign here; the message says which and why.</exception>
    public BinanceKey(Secret apiKey, Secret secret)
    {
        _apiKey = apiKey;
        _sign = SignerOf(secret.Reveal());
    }

    public string Reveal() => _apiKey.Reveal();

    /// <summary>HMAC-SHA256 in lower-case hex, else PKCS#1 v1.5 over SHA-256 or Ed25519 in base 64.</summary>
    public string Sign(string text) => _sign(Encoding.UTF8.GetBytes(text));

    /// <summary>Parameters as a query or a form holds them, the signature over exactly that text at the end.</summary>
    public string SignedQuery(IEnumerable<(string Name, string Value)> parameters)
    {
        var query = Query(parameters);
        return $"{query}&signature={Uri.EscapeDataString(Sign(query))}";
    }

    /// <summary>The signature of a request of the WebSocket API: over its parameters by name, not percent-encoded.</summary>
    public string SignSocket(IEnumerable<(string Name, string Value)> parameters) =>
        Sign(string.Join('&', parameters.OrderBy(p => p.Name, StringComparer.Ordinal).Select(p => $"{p.Name}={p.Value}")));

    public static string Query(IEnumerable<(string Name, string Value)> parameters) =>
        string.Join('&', parameters.Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value)}"));

    private static Func<byte[], string> SignerOf(string secret)
    {
        if (!secret.StartsWith(PemStart, StringComparison.Ordinal))
        {
            var key = Encoding.UTF8.GetBytes(secret);
            return text => Convert.ToHexStringLower(HMACSHA256.HashData(key, text));
        }

        if (!PemEncoding.TryFind(secret, out var pem) || !secret.AsSpan(pem.Label).SequenceEqual(Pkcs8Label))
            throw new NotSupportedException($"expected a PEM of label '{Pkcs8Label}' (PKCS#8, not encrypted), found another.");

        var pkcs8 = Convert.FromBase64String(secret[pem.Base64Data]);
        var sign = Ed25519.TryReadSeed(pkcs8, out var seed)
            ? (Func<byte[], byte[]>)(text => Ed25519.Sign(seed, text))
            : text => SignRsa(pkcs8, text);

        // A key that cannot sign is told of at start, and not by the first order.
        sign([]);
        return text => Convert.ToBase64String(sign(text));
    }

    private static byte[] SignRsa(byte[] pkcs8, byte[] text)
    {
        try
        {
            using var rsa = RSA.Create();
            rsa.ImportPkcs8PrivateKey(pkcs8, out _);
            return rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        catch (CryptographicException e)
        {
            throw new NotSupportedException("expected a PKCS#8 key of RSA or Ed25519, found another.", e);
        }
    }
}
