using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.BrokerRouting.Brokers.Binance;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.BrokerRouting.Tests.Brokers.Binance;

public sealed class BinanceKeyTests
{
    // The pair of Binance's public documentation.
    private const string DocumentedSecret = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j";

    [Fact]
    public void An_hmac_key_signs_the_query_as_the_documentation_shows()
    {
        (string, string)[] parameters =
        [
            ("symbol", "LTCBTC"), ("side", "BUY"), ("type", "LIMIT"), ("timeInForce", "GTC"), ("quantity", "1"), ("price", "0.1"),
            ("recvWindow", "5000"), ("timestamp", "1499827319559"),
        ];

        Key(DocumentedSecret).SignedQuery(parameters).Should().Be(
            "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559"
            + "&signature=c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71");
    }

    [Fact]
    public void What_is_not_ascii_is_percent_encoded_before_it_is_signed()
    {
        (string, string)[] parameters =
        [
            ("symbol", "１２３４５６"), ("side", "BUY"), ("type", "LIMIT"), ("timeInForce", "GTC"), ("quantity", "1"), ("price", "0.1"),
            ("recvWindow", "5000"), ("timestamp", "1499827319559"),
        ];

        Key(DocumentedSecret).SignedQuery(parameters).Should().StartWith("symbol=%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96&side=BUY")
            .And.EndWith("&signature=e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3");
    }

    // RFC 8032, section 7.1, tests 1 and 2.
    [Theory]
    [InlineData(
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData(
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "r",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    public void An_ed25519_key_signs_as_rfc_8032_says(string seed, string text, string signature)
    {
        var pkcs8 = Convert.FromHexString($"302e020100300506032b657004220420{seed}");

        var signed = Key(PemEncoding.WriteString("PRIVATE KEY", pkcs8)).Sign(text);

        Convert.ToHexStringLower(Convert.FromBase64String(signed)).Should().Be(signature);
    }

    [Fact]
    public void An_rsa_key_signs_what_its_public_key_verifies()
    {
        using var rsa = RSA.Create(2048);

        var signed = Convert.FromBase64String(Key(rsa.ExportPkcs8PrivateKeyPem()).Sign("symbol=BTCUSDT"));

        rsa.VerifyData(Encoding.UTF8.GetBytes("symbol=BTCUSDT"), signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).Should().BeTrue();
    }

    [Fact]
    public void A_signature_in_base_64_is_percent_encoded_in_a_query()
    {
        using var rsa = RSA.Create(2048);
        var key = Key(rsa.ExportPkcs8PrivateKeyPem());

        var query = key.SignedQuery([("symbol", "BTCUSDT")]);

        query.Should().Be($"symbol=BTCUSDT&signature={key.Sign("symbol=BTCUSDT").Replace("+", "%2B", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal).Replace("=", "%3D", StringComparison.Ordinal)}");
    }

    [Fact]
    public void A_key_that_cannot_sign_is_refused_without_being_shown()
    {
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        var parameters = new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000);
        string[] unusable = [curve.ExportPkcs8PrivateKeyPem(), rsa.ExportEncryptedPkcs8PrivateKeyPem("x", parameters), rsa.ExportRSAPrivateKeyPem()];

        foreach (var pem in unusable)
        {
            var error = FluentActions.Invoking(() => Key(pem)).Should().Throw<NotSupportedException>().Which.ToString();
            error.Should().NotContain(pem.Split('\n')[2]);
        }
    }

    [SharedDataFact]
    public void Every_signing_vector_is_reproduced()
    {
        using var file = JsonDocument.Parse(File.ReadAllText(SharedData.ProtocolPath("binance/signing-vectors.json")));

        foreach (var vector in file.RootElement.GetProperty("vectors").EnumerateArray())
        {
            var secret = vector.TryGetProperty("test_private_key_pem", out var pem) ? pem : vector.GetProperty("credentials").GetProperty("secret");
            var expected = vector.GetProperty("expect").EnumerateObject().First(m => m.Name is "signature" or "signature_base64").Value.GetString();

            Key(secret.GetString()!).Sign(vector.GetProperty("string_to_sign").GetString()!).Should().Be(expected, vector.GetProperty("id").GetString());
        }
    }

    [SharedDataFact]
    public void The_signing_vector_of_the_websocket_api_is_reproduced_from_its_parameters()
    {
        using var file = JsonDocument.Parse(File.ReadAllText(SharedData.ProtocolPath("binance/signing-vectors.json")));
        var vector = file.RootElement.GetProperty("vectors").EnumerateArray().Single(v => v.TryGetProperty("params", out _));
        var parameters = vector.GetProperty("params").EnumerateObject().Reverse().Select(p => (p.Name, p.Value.GetString()!));

        Key(DocumentedSecret).SignSocket(parameters).Should().Be(vector.GetProperty("expect").GetProperty("signature").GetString());
    }

    private static BinanceKey Key(string secret) => new(new Secret("test"), new Secret(secret));
}
