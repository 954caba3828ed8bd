using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AlgoStack.Gateway.Door;
using AlgoStack.ServiceDefaults.Configuration;

namespace AlgoStack.Gateway.Hooks;

/// <summary>A place that TradingView tells of its alerts, and the account that they trade on.</summary>
/// <param name="Sources">From where alerts may come. None: from anywhere.</param>
/// <param name="Window">For how long the same body is the same alert.</param>
internal sealed record Hook(string Name, byte[] SecretHash, string Account, AddressList Sources, TimeSpan Window)
{
    private const string Section = "Webhooks:TradingView";
    private const int FewestSecretCharacters = 24;
    private const int MostNameCharacters = 40;
    private const int DefaultWindowSeconds = 60;
    private const int MostWindowSeconds = 24 * 60 * 60;

    public bool Knows(string secret) => CryptographicOperations.FixedTimeEquals(SecretHash, Hash(secret));

    /// <exception cref="InvalidConfigurationException">One of them makes no sense.</exception>
    public static IReadOnlyDictionary<string, Hook> ReadAll(IConfiguration configuration) =>
        configuration.GetSection(Section).GetChildren().Select(child => Read(configuration, child.Key)).ToDictionary(h => h.Name, StringComparer.Ordinal);

    private static Hook Read(IConfiguration configuration, string name)
    {
        var key = $"{Section}:{name}";
        if (name.Length > MostNameCharacters || name.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-'))
            throw new InvalidConfigurationException(key, $"is no name of a hook: expected up to {MostNameCharacters} of a-z, 0-9 and -.");

        var secret = InvalidConfigurationException.Require(configuration, $"{key}:Secret", $"{FewestSecretCharacters} random characters or more, which alerts show");
        if (secret.Length < FewestSecretCharacters)
            throw new InvalidConfigurationException($"{key}:Secret", $"has {secret.Length} characters: expected {FewestSecretCharacters} or more.");

        return new Hook(
            name,
            Hash(secret),
            InvalidConfigurationException.Require(configuration, $"{key}:Account", "the account that its alerts trade on"),
            AddressList.Read(configuration, $"{key}:Sources"),
            ReadWindow(configuration, $"{key}:WindowSeconds"));
    }

    private static TimeSpan ReadWindow(IConfiguration configuration, string key)
    {
        var text = configuration[key] ?? DefaultWindowSeconds.ToString(CultureInfo.InvariantCulture);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= MostWindowSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new InvalidConfigurationException(key, $"is \"{text}\": expected seconds from 1 to {MostWindowSeconds}.");
    }

    private static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
