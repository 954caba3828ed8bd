using AlgoStack.Gateway.Users;
using AlgoStack.ServiceDefaults.Configuration;

namespace AlgoStack.Gateway.Oidc;

/// <summary>Another issuer (OpenID Connect) that says who somebody is, in the place of names and passwords here.</summary>
/// <param name="Authority">Its identifier, an address without a slash at its end, below which <c>/.well-known/openid-configuration</c> is.</param>
/// <param name="ClientSecret">Null of a client that has none.</param>
/// <param name="Audience">Of its access tokens that are meant for AlgoStack. Null: none are taken.</param>
/// <param name="RoleClaim">The claim that has one's roles or groups.</param>
/// <param name="Roles">What each of them is here.</param>
internal sealed record OidcSettings(
    Uri Authority, string ClientId, string? ClientSecret, string? Audience, string Scope, string RoleClaim, IReadOnlyDictionary<string, Role> Roles)
{
    private const string Section = "Oidc";
    private const string DefaultScope = "openid profile";
    private const string DefaultRoleClaim = "roles";

    /// <returns>Null where no other issuer is configured.</returns>
    /// <exception cref="InvalidConfigurationException">What is configured of it makes no sense.</exception>
    public static OidcSettings? Read(IConfiguration configuration)
    {
        if (configuration[$"{Section}:Authority"] is not { Length: > 0 } authority) return null;

        var settings = new OidcSettings(
            ReadAuthority(authority),
            InvalidConfigurationException.Require(configuration, $"{Section}:ClientId", "the name that the issuer knows AlgoStack by"),
            Text("ClientSecret"),
            Text("Audience"),
            Text("Scope") ?? DefaultScope,
            Text("RoleClaim") ?? DefaultRoleClaim,
            ReadRoles(configuration));
        if (settings.Audience == settings.ClientId)
            throw new InvalidConfigurationException($"{Section}:Audience", $"is the client's id: expected another, or an ID token would be taken for an access token.");
        if (!settings.Scope.Split(' ').Contains("openid", StringComparer.Ordinal))
            throw new InvalidConfigurationException($"{Section}:Scope", $"is \"{settings.Scope}\": expected openid among others.");

        return settings;

        string? Text(string key) => configuration[$"{Section}:{key}"] is { Length: > 0 } text ? text : null;
    }

    private static Uri ReadAuthority(string text) =>
        Uri.TryCreate(text.TrimEnd('/'), UriKind.Absolute, out var authority) && IsSafe(authority)
            ? authority
            : throw new InvalidConfigurationException(
                $"{Section}:Authority", $"is \"{text}\": expected an https address such as https://id.example/realms/home; http is for this machine itself.");

    /// <summary>Whether nobody on the way can answer in its place.</summary>
    public static bool IsSafe(Uri address) => address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback);

    private static Dictionary<string, Role> ReadRoles(IConfiguration configuration)
    {
        var roles = new Dictionary<string, Role>(StringComparer.Ordinal);
        foreach (var role in Enum.GetValues<Role>())
        {
            foreach (var name in (configuration[$"{Section}:Roles:{role.Name()}"] ?? role.Name()).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                if (!roles.TryAdd(name, role))
                    throw new InvalidConfigurationException($"{Section}:Roles:{role.Name()}", $"has \"{name}\", which is {roles[name].Name()} already: expected one role for each.");
            }
        }

        return roles;
    }
}
