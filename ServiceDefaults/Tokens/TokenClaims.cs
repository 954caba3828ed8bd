namespace AlgoStack.ServiceDefaults.Tokens;

/// <summary>The claims of an access token beside those of RFC 7519. It has no name and no address in it: <c>sub</c> is the user's id.</summary>
public static class TokenClaims
{
    public const string Subject = "sub";

    public const string Role = "role";

    /// <summary>In the token one text with spaces between (RFC 8693, 4.2); a principal has one claim a scope.</summary>
    public const string Scope = "scope";

    /// <summary>The session of a person who signed in; a token has this, <see cref="ApiKey"/> or <see cref="Federated"/>.</summary>
    public const string Session = "sid";

    /// <summary>The API key that the token was had for.</summary>
    public const string ApiKey = "key";

    /// <summary>The user for whose token of another issuer the token was had, by a program.</summary>
    public const string Federated = "fed";
}
