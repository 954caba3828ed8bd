using System.Globalization;
using AlgoStack.ServiceDefaults.Configuration;

namespace AlgoStack.BrokerRouting.Brokers;

/// <summary>One account's settings for its broker, as in <c>Accounts:main:Alpaca</c>. What is wrong is named by its whole key.</summary>
/// <param name="section">Without a colon at its end.</param>
internal sealed class BrokerSettings(IConfiguration configuration, string section)
{
    /// <summary>Longer is no key; whatever was named by mistake is not read whole.</summary>
    private const int MostSecretBytes = 16 * 1024;

    public string? Text(string name) => configuration[Key(name)] is { Length: > 0 } text ? text : null;

    public bool Flag(string name) => Text(name) switch
    {
        null => false,
        { } text when bool.TryParse(text, out var flag) => flag,
        { } text => throw new InvalidConfigurationException(Key(name), $"is '{text}': expected true or false."),
    };

    /// <summary>Whether it is real money: as <c>Live</c> says, and unknown at an address of the user's own of which it says nothing.</summary>
    public bool? IsLive() => Text("Live") is null && Text("Url") is not null ? null : Flag("Live");

    /// <param name="least">The smallest that is of use; <paramref name="most"/> the largest.</param>
    public int Number(string name, int otherwise, int least, int most)
    {
        if (Text(name) is not { } text) return otherwise;

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new InvalidConfigurationException(
                Key(name), string.Create(CultureInfo.InvariantCulture, $"is '{text}': expected a number from {least} to {most}."));
    }

    /// <summary>A plain decimal within bounds, which are of it; null where nothing is configured.</summary>
    public decimal? Amount(string name, decimal least, decimal most) => Text(name) switch
    {
        null => null,
        { } text when decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most => number,
        { } text => throw new InvalidConfigurationException(
            Key(name), string.Create(CultureInfo.InvariantCulture, $"is '{text}': expected a number from {least} to {most}.")),
    };

    /// <summary>What is configured below a name, by the names there.</summary>
    public IEnumerable<string> Names(string name) => configuration.GetSection(Key(name)).GetChildren().Select(child => child.Key);

    /// <param name="schemes">As in <c>https</c>.</param>
    public Uri Address(string name, string otherwise, params string[] schemes)
    {
        if (Text(name) is not { } text) return new Uri(otherwise);

        return Uri.TryCreate(text, UriKind.Absolute, out var address) && schemes.Contains(address.Scheme, StringComparer.Ordinal)
            ? address
            : throw new InvalidConfigurationException(Key(name), $"is '{text}': expected an address of {string.Join(" or ", schemes)}, as in {otherwise}.");
    }

    /// <summary>What is configured under the name, or stands in the file that is configured under the name with <c>File</c> at its end.</summary>
    /// <exception cref="InvalidConfigurationException">Neither or both are there, or the file cannot be read.</exception>
    public Secret Secret(string name)
    {
        var file = $"{name}File";
        return (Text(name), Text(file)) switch
        {
            ({ } text, null) => new Secret(text.Trim()),
            (null, { } path) => new Secret(ReadFile(file, path)),
            (null, null) => throw new InvalidConfigurationException(Key(name), $"is missing: expected it, or in {Key(file)} the path of a file with it."),
            _ => throw new InvalidConfigurationException(Key(name), $"is there twice: expected it or {Key(file)}, found both."),
        };
    }

    /// <summary>What is configured is not of use.</summary>
    public InvalidConfigurationException Unusable(string name, string problem) => new(Key(name), problem);

    private string ReadFile(string name, string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (file is { Exists: true, Length: > 0 and <= MostSecretBytes } && File.ReadAllText(path).Trim() is { Length: > 0 } text) return text;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidConfigurationException(Key(name), $"is '{path}', which cannot be read: {e.Message}");
        }

        throw new InvalidConfigurationException(Key(name), $"is '{path}': expected a file of 1 to {MostSecretBytes} bytes.");
    }

    private string Key(string name) => $"{section}:{name}";
}
