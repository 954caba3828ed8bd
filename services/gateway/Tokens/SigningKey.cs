using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace AlgoStack.Gateway.Tokens;

/// <summary>An ES256 key: who has it can be anybody.</summary>
internal sealed class SigningKey
{
    private static readonly CryptoProviderFactory WithoutCache = new() { CacheSignatureProviders = false };

    public SigningKey(string kid, byte[] privateKey, DateTimeOffset signsFrom, DateTimeOffset signsUntil)
    {
        (Kid, PrivateKey, SignsFrom, SignsUntil) = (kid, privateKey, signsFrom, signsUntil);
        using var pair = Open();
        var point = pair.ExportParameters(includePrivateParameters: false).Q;
        Public = new PublicKey("EC", "P-256", Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y), kid, "sig", SecurityAlgorithms.EcdsaSha256);
    }

    public string Kid { get; }

    /// <summary>In the form of PKCS #8.</summary>
    public byte[] PrivateKey { get; }

    public DateTimeOffset SignsFrom { get; }

    public DateTimeOffset SignsUntil { get; }

    public PublicKey Public { get; }

    /// <summary>In the form of PKCS #8.</summary>
    public static byte[] NewPrivateKey()
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return pair.ExportPkcs8PrivateKey();
    }

    /// <summary>Of the key, to be disposed of.</summary>
    public ECDsa Open()
    {
        var pair = ECDsa.Create();
        pair.ImportPkcs8PrivateKey(PrivateKey, out _);
        return pair;
    }

    public SigningCredentials Credentials(ECDsa pair) => new(new ECDsaSecurityKey(pair) { KeyId = Kid }, SecurityAlgorithms.EcdsaSha256)
    {
        CryptoProviderFactory = WithoutCache,
    };
}

/// <summary>A public key as RFC 7517 and RFC 7518, 6.2, write it.</summary>
internal sealed record PublicKey(string Kty, string Crv, string X, string Y, string Kid, string Use, string Alg);

internal sealed record PublicKeySet(IReadOnlyList<PublicKey> Keys);
