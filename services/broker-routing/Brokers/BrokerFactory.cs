using AlgoStack.BrokerRouting.Brokers.Alpaca;
using AlgoStack.BrokerRouting.Brokers.Binance;
using AlgoStack.ServiceDefaults.Configuration;

namespace AlgoStack.BrokerRouting.Brokers;

/// <summary>
/// Makes the brokers of accounts that are configured: <c>Accounts:main:Broker</c> names the broker of the account
/// <c>main</c>, and <c>Accounts:main:Alpaca:…</c> is what that one wants to know.
/// </summary>
public sealed class BrokerFactory(IConfiguration configuration, TimeProvider clock)
{
    private static readonly Dictionary<string, Func<BrokerSettings, TimeProvider, IBroker>> Makers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["alpaca"] = (settings, clock) => new AlpacaBroker(AlpacaOptions.Read(settings), clock),
        ["binance"] = (settings, clock) => new BinanceBroker(BinanceOptions.Read(settings), clock),
    };

    /// <exception cref="InvalidConfigurationException">Something is missing or is not what was expected.</exception>
    public IBroker Create(string account)
    {
        var key = $"Accounts:{account}:Broker";
        var broker = InvalidConfigurationException.Require(configuration, key, $"one of {string.Join(", ", Makers.Keys)}");
        return Makers.TryGetValue(broker, out var make)
            ? make(new BrokerSettings(configuration, $"Accounts:{account}:{broker}"), clock)
            : throw new InvalidConfigurationException(key, $"is '{broker}': expected one of {string.Join(", ", Makers.Keys)}.");
    }
}
