using AlgoStack.ServiceDefaults.Configuration;
using Microsoft.Extensions.Configuration;

namespace AlgoStack.ServiceDefaults.Http;

/// <summary>Where the replicas of one service are, taken in turns.</summary>
internal sealed class ServiceAddresses
{
    private readonly Uri[] _addresses;
    private uint _turn;

    private ServiceAddresses(Uri[] addresses) => _addresses = addresses;

    public Uri Next() => _addresses[Interlocked.Increment(ref _turn) % (uint)_addresses.Length];

    public static ServiceAddresses Read(IConfiguration configuration, string service)
    {
        const string expected = "an address such as http://localhost:5000";
        var section = $"services:{service}:http";
        InvalidConfigurationException.Require(configuration, $"{section}:0", expected);
        var addresses = configuration.GetSection(section).GetChildren()
            .Select(setting => Uri.TryCreate(setting.Value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
                ? address
                : throw new InvalidConfigurationException(setting.Path, $"is \"{setting.Value}\": expected {expected}."))
            .ToArray();
        return new ServiceAddresses(addresses);
    }
}
