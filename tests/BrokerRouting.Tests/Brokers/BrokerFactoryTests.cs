using AlgoStack.BrokerRouting.Accounts;
using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.BrokerRouting.Brokers.Alpaca;
using AlgoStack.BrokerRouting.Brokers.Paper;
using AlgoStack.ServiceDefaults.Configuration;
using AlgoStack.Simulation.Venue;
using FluentAssertions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AlgoStack.BrokerRouting.Tests.Brokers;

public sealed class BrokerFactoryTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task An_account_has_the_broker_that_is_configured()
    {
        await using var broker = Create(("Broker", "alpaca"), ("Alpaca:KeyId", "k"), ("Alpaca:Secret", "s"));

        broker.Venue.Should().Be("ALPACA");
    }

    [Theory]
    [InlineData("Broker", null, "Accounts:main:Broker is missing*")]
    [InlineData("Broker", "robinhood", "Accounts:main:Broker is 'robinhood': expected one of *alpaca*")]
    [InlineData("Alpaca:KeyId", null, "Accounts:main:alpaca:KeyId is missing*KeyIdFile*")]
    [InlineData("Alpaca:Live", "perhaps", "Accounts:main:alpaca:Live is 'perhaps': expected true or false.")]
    [InlineData("Alpaca:Url", "ftp://here", "Accounts:main:alpaca:Url is 'ftp://here': expected an address of https*")]
    [InlineData("Alpaca:SecretFile", "/no/such/file", "Accounts:main:alpaca:Secret is there twice*")]
    public void What_is_wrong_is_named_with_its_key_and_what_was_expected(string key, string? value, string message)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Broker"] = "alpaca", ["Alpaca:KeyId"] = "k", ["Alpaca:Secret"] = "s", [key] = value };

        var creating = () => Create([.. settings.Select(setting => (setting.Key, setting.Value))]);

        creating.Should().Throw<InvalidConfigurationException>().WithMessage(message);
    }

    [Fact]
    public void A_paper_account_begins_with_what_is_configured_or_with_a_hundred_thousand_dollars()
    {
        var usual = Paper();
        usual.Cash.Should().Equal(new Dictionary<string, decimal>(StringComparer.Ordinal) { ["USD"] = 100_000 });
        usual.Model.Should().Be(VenueModel.Paper);

        var own = Paper(("Cash:usdt", "5000.5"), ("Cash:EUR", "1"), ("CommissionPercent", "0.1"), ("Participation", "0.25"));
        own.Cash.Should().Equal(new Dictionary<string, decimal>(StringComparer.Ordinal) { ["USDT"] = 5000.5m, ["EUR"] = 1 });
        own.Model.Should().Be(VenueModel.Paper with { Commission = new CommissionModel.Percent(0.1m), Participation = 0.25 });
    }

    [Theory]
    [InlineData("Cash:USD", "-1", "*paper:Cash:USD is '-1': expected a number from 0*")]
    [InlineData("Cash:USD", "much", "*paper:Cash:USD is 'much': expected a number*")]
    [InlineData("CommissionPercent", "101", "*paper:CommissionPercent is '101': expected a number from 0 to 100.")]
    [InlineData("Participation", "0", "*paper:Participation is '0': expected a number*")]
    public void What_a_paper_account_cannot_be_is_named_with_its_key(string key, string value, string message)
    {
        var creating = () => Create(("Broker", "paper"), ($"Paper:{key}", value));

        creating.Should().Throw<InvalidConfigurationException>().WithMessage(message);
    }

    [Fact]
    public void The_names_of_sessions_accounts_are_taken()
    {
        var services = StoredEventTests.Services([new("Accounts:paper-main:Broker", "paper")]);

        services.Invoking(s => s.GetRequiredService<AccountDesks>())
            .Should().Throw<InvalidConfigurationException>().WithMessage("Accounts:paper-main is called as accounts of sessions are*'paper-'.");
    }

    [Fact]
    public void A_secret_may_stand_in_a_file()
    {
        File.WriteAllText(_file, "from-the-file\n");

        Options(("KeyId", "k"), ("SecretFile", _file)).Secret.Reveal().Should().Be("from-the-file");
    }

    [Fact]
    public void A_file_that_holds_nothing_is_no_secret()
    {
        var reading = () => Options(("KeyId", "k"), ("SecretFile", _file));

        reading.Should().Throw<InvalidConfigurationException>().WithMessage("*SecretFile is*expected a file of*");
    }

    [Fact]
    public void Real_money_is_traded_only_where_that_is_said()
    {
        Options(("KeyId", "k"), ("Secret", "s")).Address.Host.Should().Be("paper-api.alpaca.markets");

        var live = Options(("KeyId", "k"), ("Secret", "s"), ("Live", "true"));
        live.Address.Host.Should().Be("api.alpaca.markets");
        live.StreamAddress.Should().Be(new Uri("wss://api.alpaca.markets/stream"));
    }

    [Theory]
    [InlineData("paper", null, null, false)]
    [InlineData("alpaca", null, null, false)]
    [InlineData("alpaca", "true", null, true)]
    [InlineData("alpaca", "true", "https://relay.example/", true)]
    [InlineData("alpaca", "false", "https://relay.example/", false)]
    [InlineData("alpaca", null, "https://relay.example/", null)]
    [InlineData("binance", null, null, false)]
    [InlineData("binance", "true", null, true)]
    [InlineData("binance", null, "https://relay.example/", null)]
    public async Task A_broker_says_whether_it_trades_real_money(string name, string? live, string? url, bool? isLive)
    {
        await using var broker = Create(
            ("Broker", name), ($"{name}:KeyId", "k"), ($"{name}:Key", "k"), ($"{name}:Secret", "s"), ($"{name}:Live", live), ($"{name}:Url", url));

        broker.IsLive.Should().Be(isLive);
        await using var measured = new MeasuredBroker("main", broker, TimeProvider.System);
        measured.IsLive.Should().Be(isLive);
    }

    [Fact]
    public void Options_do_not_show_their_secrets()
    {
        Options(("KeyId", "the-key"), ("Secret", "the-secret")).ToString().Should().NotContainAny("the-key", "the-secret");
    }

    private static IBroker Create(params (string Key, string? Value)[] settings) =>
        StoredEventTests.Services(settings.Select(setting => KeyValuePair.Create($"Accounts:main:{setting.Key}", setting.Value)))
            .GetRequiredService<BrokerFactory>().Create("main");

    private static AlpacaOptions Options(params (string Key, string? Value)[] settings) =>
        AlpacaOptions.Read(new BrokerSettings(Configuration([.. settings.Select(setting => ($"Alpaca:{setting.Key}", setting.Value))]), "Accounts:main:Alpaca"));

    private static PaperOptions Paper(params (string Key, string? Value)[] settings) =>
        PaperOptions.Read(new BrokerSettings(Configuration([.. settings.Select(setting => ($"Paper:{setting.Key}", setting.Value))]), "Accounts:main:Paper"));

    private static IConfigurationRoot Configuration((string Key, string? Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"Accounts:main:{setting.Key}", setting.Value)))
        .Build();
}
