using System.Net.Http.Headers;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using AlgoStack.ServiceDefaults.Configuration;
using Microsoft.Extensions.Configuration;

namespace AlgoStack.ServiceDefaults.Tokens;

/// <summary>
/// The secret that the services of one installation know each other by, so that none needs the gateway to ask another. Whoever has it
/// may do everything, as who has the database may.
/// </summary>
public sealed class ServiceKey
{
    /// <summary>The <c>sub</c> and the <c>role</c> of who comes with it.</summary>
    public const string Holder = "service";

    private const string Setting = "Tokens:ServiceKey";
    private const int FewestCharacters = 32;

    private readonly string _value;
    private readonly byte[] _hash;

    private ServiceKey(string value) => (_value, _hash) = (value, Hash(value));

    /// <exception cref="InvalidConfigurationException">There is none, or it is too short.</exception>
    public static ServiceKey Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var value = InvalidConfigurationException.Require(configuration, Setting, $"the secret that services know each other by, {FewestCharacters} random characters or more");
        return value.Length >= FewestCharacters
            ? new ServiceKey(value)
            : throw new InvalidConfigurationException(Setting, $"has {value.Length} characters: expected {FewestCharacters} or more.");
    }

    public AuthenticationHeaderValue Header() => new("Bearer", _value);

    /// <summary>Takes as long whatever it is asked about, so that nobody finds the key a letter at a time.</summary>
    internal bool Is(string token) => CryptographicOperations.FixedTimeEquals(_hash, Hash(token));

    internal static ClaimsIdentity Identity(string scheme) => new(
        [
            new(TokenClaims.Subject, Holder), new(TokenClaims.Role, Holder),
            new(TokenClaims.Scope, TokenScopes.Read), new(TokenClaims.Scope, TokenScopes.Trade), new(TokenClaims.Scope, TokenScopes.Admin),
        ],
        scheme,
        TokenClaims.Subject,
        TokenClaims.Role);

    private static byte[] Hash(string value) => SHA256.HashData(Encoding.UTF8.GetBytes(value));
}
