using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace AlgoStack.Testing.Tokens;

/// <summary>Tokens that nobody may be let in with, wherever tokens are checked.</summary>
public static class WrongTokens
{
    private static readonly Dictionary<string, (Func<TestKey, DateTimeOffset, string> Make, string Code)> Cases = new(StringComparer.Ordinal)
    {
        ["expired"] = (Claim("exp", now => now.AddSeconds(-6).ToUnixTimeSeconds()), "token_expired"),
        ["without an end"] = (Claim("exp", _ => null), "token_expired"),
        ["ends before time began"] = (Claim("exp", _ => -1), "token_expired"),
        ["ends at a text"] = (Claim("exp", _ => "tomorrow"), "token_malformed"),
        ["not yet valid"] = (Claim("nbf", now => now.AddSeconds(30).ToUnixTimeSeconds()), "token_not_yet_valid"),
        ["for another audience"] = (Claim("aud", _ => "elsewhere"), "token_audience_invalid"),
        ["for no audience"] = (Claim("aud", _ => null), "token_audience_invalid"),
        ["for an audience in another case"] = (Claim("aud", _ => "AlgoStack"), "token_audience_invalid"),
        ["of another issuer"] = (Claim("iss", _ => "elsewhere"), "token_issuer_invalid"),
        ["of no issuer"] = (Claim("iss", _ => null), "token_issuer_invalid"),
        ["of nobody"] = (Claim("sub", _ => null), "token_malformed"),
        ["alg none, unsigned"] = ((key, now) => Valid(key, now).With(t => t.Header["alg"] = "none").Signed + ".", "token_algorithm_invalid"),
        ["alg NONE, signed"] = (Header("alg", "NONE"), "token_algorithm_invalid"),
        ["without an algorithm"] = (Header("alg", null), "token_algorithm_invalid"),
        ["alg ES384"] = (Header("alg", "ES384"), "token_algorithm_invalid"),
        ["HS256 with the public key as the secret"] = (SignedWithPublicKey, "token_algorithm_invalid"),
        ["of another type"] = (Header("typ", "JWT"), "token_type_invalid"),
        ["of no type"] = (Header("typ", null), "token_type_invalid"),
        ["another key under the same name"] = ((key, now) => { using var other = new TestKey(key.Kid); return Valid(other, now).ToString(); }, "token_signature_invalid"),
        ["a key that nobody knows"] = (Header("kid", "another"), "token_key_unknown"),
        ["a key that is a path"] = (Header("kid", "../../../../dev/null"), "token_key_unknown"),
        ["without a key's name"] = (Header("kid", null), "token_key_unknown"),
        ["with a key of its own in it"] = (WithItsOwnKey, "token_signature_invalid"),
        ["tampered payload"] = ((key, now) => Parts(key, now, p => p[1] = TestToken.Part(Valid(key, now).With(t => t.Claims["scope"] = "admin").Claims)), "token_signature_invalid"),
        ["tampered header"] = ((key, now) => Parts(key, now, p => p[0] = TestToken.Part(Valid(key, now).With(t => t.Header["x"] = 1).Header)), "token_signature_invalid"),
        ["tampered signature"] = ((key, now) => Parts(key, now, p => p[2] = (p[2][0] == 'A' ? 'B' : 'A') + p[2][1..]), "token_signature_invalid"),
        ["a signature of zeros"] = ((key, now) => Parts(key, now, p => p[2] = Base64Url.EncodeToString(new byte[64])), "token_signature_invalid"),
        ["a signature cut short"] = ((key, now) => Parts(key, now, p => p[2] = p[2][..40]), "token_signature_invalid"),
        ["a signature in another form"] = (InDer, "token_signature_invalid"),
        ["no signature"] = ((key, now) => Parts(key, now, p => p[2] = ""), "token_signature_invalid"),
        ["two parts"] = ((key, now) => Valid(key, now).Signed, "token_malformed"),
        ["four parts"] = ((key, now) => Valid(key, now) + ".AAAA", "token_malformed"),
        ["five parts, as if encrypted"] = ((key, now) => $"{Valid(key, now)}.AAAA.AAAA", "token_malformed"),
        ["no Base64"] = ((_, _) => "a!.b!.c!", "token_malformed"),
        ["dots"] = ((_, _) => "..", "token_malformed"),
        ["payload that is a list"] = ((key, _) => Signed(key, "[1,2]"), "token_malformed"),
        ["payload that is no JSON"] = ((key, _) => Signed(key, "{"), "token_malformed"),
        ["payload that is nested deep"] = ((key, _) => Signed(key, $$"""{"a":{{new string('[', 500)}}{{new string(']', 500)}}}"""), "token_malformed"),
        ["Unicode"] = ((_, _) => "Ünïcödé.日本語.🔑", "token_malformed"),
        ["blanks inside"] = ((key, now) => Parts(key, now, p => (p[1], p[2]) = ($" {p[1]} ", $" {p[2]}")), "token_signature_invalid"),
        ["huge"] = ((key, now) => Valid(key, now).With(t => t.Claims["fill"] = new string('a', 5_000)).ToString(), "token_too_large"),
    };

    /// <summary>What is wrong with it, how it is made from the issuer's key, and what it is answered.</summary>
    public static IReadOnlyDictionary<string, (Func<TestKey, DateTimeOffset, string> Make, string Code)> All => Cases;

    /// <summary>Each with what it is answered.</summary>
    public static IEnumerable<object[]> NamesAndCodes => Cases.Select(wrong => new object[] { wrong.Key, wrong.Value.Code });

    private static TestToken Valid(TestKey key, DateTimeOffset now) => TestToken.ValidAt(key, now);

    private static Func<TestKey, DateTimeOffset, string> Claim(string name, Func<DateTimeOffset, object?> value) => (key, now) => Valid(key, now).With(t =>
    {
        t.Claims[name] = value(now);
        if (t.Claims[name] is null) t.Claims.Remove(name);
    }).ToString();

    private static Func<TestKey, DateTimeOffset, string> Header(string name, object? value) => (key, now) => Valid(key, now).With(t =>
    {
        t.Header[name] = value;
        if (value is null) t.Header.Remove(name);
    }).ToString();

    private static string Parts(TestKey key, DateTimeOffset now, Action<string[]> change)
    {
        var parts = Valid(key, now).ToString().Split('.');
        change(parts);
        return string.Join('.', parts);
    }

    private static string Signed(TestKey key, string payload)
    {
        var signed = $"{TestToken.Part(new TestToken(key).Header)}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload))}";
        return $"{signed}.{Base64Url.EncodeToString(key.Sign(signed))}";
    }

    private static string SignedWithPublicKey(TestKey key, DateTimeOffset now)
    {
        var signed = Valid(key, now).With(t => t.Header["alg"] = "HS256").Signed;
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(key.PublicPem, Encoding.UTF8.GetBytes(signed)))}";
    }

    private static string WithItsOwnKey(TestKey key, DateTimeOffset now)
    {
        using var own = new TestKey(key.Kid);
        return Valid(own, now).With(t => t.Header["jwk"] = JsonDocument.Parse(own.Published).RootElement).ToString();
    }

    private static string InDer(TestKey key, DateTimeOffset now)
    {
        var signed = Valid(key, now).Signed;
        return $"{signed}.{Base64Url.EncodeToString(key.Sign(signed, DSASignatureFormat.Rfc3279DerSequence))}";
    }
}
