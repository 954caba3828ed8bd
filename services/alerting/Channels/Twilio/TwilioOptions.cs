using System.Text.RegularExpressions;
using AlgoStack.ServiceDefaults.Configuration;

namespace AlgoStack.Alerting.Channels.Twilio;

/// <param name="From">A number of ours, E.164; or null.</param>
/// <param name="MessagingServiceSid">A pool of numbers to send from; or null. One of the two is set.</param>
/// <param name="To">Whom to tell, E.164.</param>
/// <param name="BaseUrl">Twilio's, unless it is reached through something else.</param>
public sealed partial record TwilioOptions(
    string AccountSid, string AuthToken, string? From, string? MessagingServiceSid, string To, Uri BaseUrl)
{
    private const string Section = "Channels:Twilio";
    private const string DefaultBaseUrl = "https://api.twilio.com";

    /// <returns>Null when the channel is not configured.</returns>
    /// <exception cref="InvalidConfigurationException">It is, wrongly or in part.</exception>
    public static TwilioOptions? Read(IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        if (!section.Exists()) return null;

        var from = Optional(section, "From");
        var service = Optional(section, "MessagingServiceSid");
        if (from is null == service is null)
            throw new InvalidConfigurationException($"{Section}:From", $"or {Section}:MessagingServiceSid must be set, and not both.");
        if (from is not null && !Number().IsMatch(from)) throw Wrong("From", "a number as in +15017122661", from);
        if (service is not null && !MessagingServiceSidForm().IsMatch(service)) throw Wrong("MessagingServiceSid", "MG and 32 hexadecimal digits", service);

        var account = Required(section, "AccountSid");
        if (!AccountSidForm().IsMatch(account)) throw Wrong("AccountSid", "AC and 32 hexadecimal digits", account);
        var to = Required(section, "To");
        if (!Number().IsMatch(to)) throw Wrong("To", "a number as in +15558675310", to);
        var baseUrl = Optional(section, "BaseUrl") ?? DefaultBaseUrl;
        if (!Uri.TryCreate(baseUrl, UriKind.Absolute, out var url) || !ChannelAddress.IsSafe(url)) throw Wrong("BaseUrl", "an https address", baseUrl);

        return new TwilioOptions(account, Required(section, "AuthToken"), from, service, to, url);
    }

    private static string? Optional(IConfigurationSection section, string name) => section[name] is { Length: > 0 } value ? value : null;

    private static string Required(IConfigurationSection section, string name) =>
        Optional(section, name) ?? throw new InvalidConfigurationException($"{Section}:{name}", $"is missing, while other keys of {Section} are set.");

    private static InvalidConfigurationException Wrong(string name, string expected, string found) =>
        new($"{Section}:{name}", $"is '{found}': expected {expected}.");

    [GeneratedRegex("^\\+[1-9][0-9]{6,14}$", RegexOptions.None, 1000)]
    private static partial Regex Number();

    [GeneratedRegex("^AC[0-9a-fA-F]{32}$", RegexOptions.None, 1000)]
    private static partial Regex AccountSidForm();

    [GeneratedRegex("^MG[0-9a-fA-F]{32}$", RegexOptions.None, 1000)]
    private static partial Regex MessagingServiceSidForm();
}
