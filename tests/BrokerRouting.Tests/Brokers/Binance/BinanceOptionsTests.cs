using System.Security.Cryptography;
using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.BrokerRouting.Brokers.Binance;
using AlgoStack.ServiceDefaults.Configuration;
using FluentAssertions;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace AlgoStack.BrokerRouting.Tests.Brokers.Binance;

public sealed class BinanceOptionsTests
{
    [Theory]
    [InlineData(null, "https://testnet.binance.vision/", "wss://ws-api.testnet.binance.vision/ws-api/v3")]
    [InlineData("true", "https://api.binance.com/", "wss://ws-api.binance.com/ws-api/v3")]
    public void Real_money_has_to_be_asked_for(string? live, string http, string stream)
    {
        var options = Read(("Key", "k"), ("Secret", "s"), ("Live", live));

        options.Address.Should().Be(new Uri(http));
        options.StreamAddress.Should().Be(new Uri(stream));
    }

    [Fact]
    public void A_private_key_is_read_from_its_file()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            using var rsa = RSA.Create(2048);
            var file = Path.Combine(folder.FullName, "key.pem");
            File.WriteAllText(file, rsa.ExportPkcs8PrivateKeyPem());

            var options = Read(("Key", "k"), ("SecretFile", file));

            rsa.VerifyData("x"u8, Convert.FromBase64String(options.Key.Sign("x")), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).Should().BeTrue();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_key_that_cannot_sign_is_refused_by_name()
    {
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        FluentActions.Invoking(() => Read(("Key", "k"), ("Secret", curve.ExportPkcs8PrivateKeyPem())))
            .Should().Throw<InvalidConfigurationException>().WithMessage("Accounts:main:Binance:Secret cannot sign: *RSA or Ed25519*");
    }

    private static BinanceOptions Read(params (string Name, string? Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => new KeyValuePair<string, string?>($"Accounts:main:Binance:{s.Name}", s.Value)))
            .Build();
        return BinanceOptions.Read(new BrokerSettings(configuration, "Accounts:main:Binance"));
    }
}
