using AlgoStack.BrokerRouting.Brokers.Alpaca;
using AlgoStack.BrokerRouting.Brokers.Binance;
using AlgoStack.BrokerRouting.Brokers.Paper;
using AlgoStack.ServiceDefaults.Configuration;

namespace AlgoStack.BrokerRouting.Brokers;

/// <summary>
/// Makes the brokers of accounts that are configured: <c>Accounts:main:Broker</c> names the broker of the account
/// <c>main</c>, and <c>Accounts:main:Alpaca:…</c> is what that one wants to know.
/// </summary>
public sealed class BrokerFactory(IConfiguration configuration, TimeProvider clock, PaperVenues paper)
{
    private readonly Dictionary<string, Func<string, BrokerSettings, IBroker>> _makers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["alpaca"] = (_, settings) => new AlpacaBroker(AlpacaOptions.Read(settings), clock),
        ["binance"] = (_, settings) => new BinanceBroker(BinanceOptions.Read(settings), clock),
        ["paper"] = paper.Open,
    };

    /// <exception cref="InvalidConfigurationException">Something is missing or is not what was expected.</exception>
    public IBroker Create(string account)
    {
        var key = $"Accounts:{account}:Broker";
        var broker = InvalidConfigurationException.Require(configuration, key, $"one of {string.Join(", ", _makers.Keys)}");
        return _makers.TryGetValue(broker, out var make)
            ? make(account, new BrokerSettings(configuration, $"Accounts:{account}:{broker}"))
            : throw new InvalidConfigurationException(key, $"is '{broker}': expected one of {string.Join(", ", _makers.Keys)}.");
    }
}
