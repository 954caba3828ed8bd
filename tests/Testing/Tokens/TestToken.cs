using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace AlgoStack.Testing.Tokens;

/// <summary>A key of an issuer.</summary>
/// <param name="pair">To be disposed of with it. Null: a new one.</param>
public sealed class TestKey(string kid, ECDsa? pair = null) : IDisposable
{
    private readonly ECDsa _pair = pair ?? ECDsa.Create(ECCurve.NamedCurves.nistP256);

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
