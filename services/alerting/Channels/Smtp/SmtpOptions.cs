using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using AlgoStack.ServiceDefaults.Configuration;

namespace AlgoStack.Alerting.Channels.Smtp;

/// <summary>How the connection to a mail server is protected.</summary>
public enum SmtpSecurity
{
    /// <summary>Plain at first, then STARTTLS; a server that does not offer it is not used. Port 587.</summary>
    StartTls,

    /// <summary>TLS from the first byte. Port 465.</summary>
    Tls,

    /// <summary>None, for a relay that asks for no password. Port 25.</summary>
    None,
}

/// <param name="User">Null when the server asks for no password.</param>
/// <param name="From">A bare address.</param>
/// <param name="To">Bare addresses, at least one.</param>
/// <param name="Authorities">Certificates to trust in place of the machine's, for a mail server with a private authority; empty for the machine's.</param>
public sealed partial record SmtpOptions(
    string Host,
    int Port,
    SmtpSecurity Security,
    string? User,
    string? Password,
    string From,
    IReadOnlyList<string> To,
    X509Certificate2Collection Authorities)
{
    private const string Section = "Channels:Smtp";

    /// <returns>Null when the channel is not configured.</returns>
    /// <exception cref="InvalidConfigurationException">It is, wrongly or in part.</exception>
    public static SmtpOptions? Read(IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        if (!section.Exists()) return null;

        var security = Optional(section, "Security") switch
        {
            null or "starttls" => SmtpSecurity.StartTls,
            "tls" => SmtpSecurity.Tls,
            "none" => SmtpSecurity.None,
            { } other => throw Wrong("Security", "starttls, tls or none", other),
        };
        var user = Optional(section, "User");
        var password = Optional(section, "Password");
        if (user is null != password is null)
            throw new InvalidConfigurationException($"{Section}:User", $"and {Section}:Password must be set together.");
        if (user is not null && security == SmtpSecurity.None)
            throw new InvalidConfigurationException($"{Section}:Security", $"is none, which would send {Section}:Password in the clear: expected starttls or tls.");

        var to = Required(section, "To").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (to.Length == 0) throw Wrong("To", "addresses separated by commas", Required(section, "To"));

        return new SmtpOptions(
            HostOf(section),
            PortOf(section, security),
            security,
            user,
            password,
            Address("From", Required(section, "From")),
            [.. to.Select(address => Address("To", address))],
            AuthoritiesOf(section));
    }

    private static string HostOf(IConfigurationSection section)
    {
        var host = Required(section, "Host");
        return Uri.CheckHostName(host) == UriHostNameType.Unknown ? throw Wrong("Host", "a host's name or address", host) : host;
    }

    private static int PortOf(IConfigurationSection section, SmtpSecurity security)
    {
        if (Optional(section, "Port") is not { } text)
            return security switch { SmtpSecurity.StartTls => 587, SmtpSecurity.Tls => 465, _ => 25 };

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65_535
            ? port
            : throw Wrong("Port", "1 to 65535", text);
    }

    private static X509Certificate2Collection AuthoritiesOf(IConfigurationSection section)
    {
        var authorities = new X509Certificate2Collection();
        if (Optional(section, "AuthorityFile") is not { } path) return authorities;

        try
        {
            authorities.ImportFromPemFile(path);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidConfigurationException($"{Section}:AuthorityFile", $"is '{path}': expected a readable file of PEM certificates ({e.Message}).");
        }

        return authorities.Count > 0 ? authorities : throw Wrong("AuthorityFile", "a file with a PEM certificate", path);
    }

    private static string Address(string name, string text) =>
        AddressForm().IsMatch(text) ? text : throw Wrong(name, "an address as in alerts@example.com", text);

    private static string? Optional(IConfigurationSection section, string name) => section[name] is { Length: > 0 } value ? value : null;

    private static string Required(IConfigurationSection section, string name) =>
        Optional(section, name) ?? throw new InvalidConfigurationException($"{Section}:{name}", $"is missing, while other keys of {Section} are set.");

    private static InvalidConfigurationException Wrong(string name, string expected, string found) =>
        new($"{Section}:{name}", $"is '{found.ReplaceLineEndings(" ")}': expected {expected}.");

    // Visible ASCII around one @, without what has a meaning in a command or a header: no room for an injection.
    [GeneratedRegex("\\A[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}\\z", RegexOptions.None, 1000)]
    private static partial Regex AddressForm();
}
