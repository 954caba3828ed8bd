using AlgoStack.ServiceDefaults.Configuration;
using Microsoft.Extensions.Configuration;

namespace AlgoStack.ServiceDefaults.Messaging;

/// <summary>Where RabbitMQ is, as <c>ConnectionStrings:messaging</c> says.</summary>
internal sealed record BrokerAddress(string Host, ushort Port, string VirtualHost, string User, string Password, bool IsEncrypted)
{
    private const string Key = "ConnectionStrings:messaging";
    private const string Expected = "an AMQP address such as amqp://user:password@localhost:5672/";
    private const ushort PlainPort = 5672;
    private const ushort EncryptedPort = 5671;
    private const string DefaultUser = "guest";

    /// <exception cref="InvalidConfigurationException">The address is missing, or is not one.</exception>
    public static BrokerAddress Read(IConfiguration configuration)
    {
        var value = InvalidConfigurationException.Require(configuration, Key, Expected);
        if (!Uri.TryCreate(value, UriKind.Absolute, out var address) || address.Scheme is not ("amqp" or "amqps") || address.Host.Length == 0)
        {
            // The value holds a password and is not repeated.
            throw new InvalidConfigurationException(Key, $"is not {Expected}.");
        }

        var user = address.UserInfo.Split(':', 2);
        var isEncrypted = address.Scheme is "amqps";
        return new BrokerAddress(
            address.Host,
            address.Port > 0 ? (ushort)address.Port : isEncrypted ? EncryptedPort : PlainPort,
            address.AbsolutePath.Length > 1 ? Uri.UnescapeDataString(address.AbsolutePath[1..]) : "/",
            user[0].Length > 0 ? Uri.UnescapeDataString(user[0]) : DefaultUser,
            user.Length > 1 ? Uri.UnescapeDataString(user[1]) : DefaultUser,
            isEncrypted);
    }
}
