using System.Net;
using AlgoStack.ServiceDefaults.Configuration;

namespace AlgoStack.Gateway.Door;

/// <summary>Addresses and networks, as in <c>192.0.2.7, 10.0.0.0/8, 2001:db8::/32</c>.</summary>
internal sealed record AddressList(IReadOnlyList<IPNetwork> Networks)
{
    /// <summary>Empty where the key is not set.</summary>
    /// <exception cref="InvalidConfigurationException">One of them is none.</exception>
    public static AddressList Read(IConfiguration configuration, string key) => new(
        [.. (configuration[key] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(text => ReadOne(key, text))]);

    public bool Contains(IPAddress? address)
    {
        if (address is null) return false;

        var plain = Plain(address);
        return Networks.Any(n => n.Contains(plain));
    }

    /// <summary>Who asks from here, as far as limits and bans go: in IPv6 one house has a whole /64.</summary>
    public static string CallerOf(IPAddress? address)
    {
        if (address is null) return "unknown";

        var plain = Plain(address);
        if (plain.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6) return plain.ToString();

        var bytes = plain.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return $"{new IPAddress(bytes)}/64";
    }

    // A socket for both kinds says IPv4 in IPv6.
    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static IPNetwork ReadOne(string key, string text)
    {
        if (IPNetwork.TryParse(text, out var network)) return network;
        if (IPAddress.TryParse(text, out var address)) return new IPNetwork(address, address.GetAddressBytes().Length * 8);

        throw new InvalidConfigurationException(key, $"has \"{text}\": expected addresses and networks with commas between, as in 192.0.2.7, 10.0.0.0/8.");
    }
}
