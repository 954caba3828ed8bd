using System.Globalization;
using System.Security.Claims;
using System.Text;
using AlgoStack.Gateway.Users;

namespace AlgoStack.Gateway.Oidc;

/// <summary>Somebody as the issuer says who they are.</summary>
/// <param name="Subject">The issuer's id of them.</param>
/// <param name="Role">The highest that it says they have; null where it says none.</param>
/// <param name="SaidAt">When.</param>
internal sealed record IssuerPerson(string Issuer, string Subject, string Name, Role? Role, DateTimeOffset SaidAt)
{
    private const int MostNameCharacters = 48;
    private const int MostSubjectCharacters = 255;

    /// <summary>Claims that a name may be in, the best first (OpenID Connect Core 1.0, 5.1; of a program RFC 9068, 2.2).</summary>
    private static readonly string[] NameClaims = ["preferred_username", "name", "email", "client_id", "azp", "sub"];

    /// <param name="claims">Of a token that was checked, and of what the issuer adds to it.</param>
    /// <param name="now">For a token that does not say when it was made.</param>
    /// <exception cref="IssuerRefusedException">They name nobody.</exception>
    public static IssuerPerson Of(IReadOnlyCollection<Claim> claims, OidcSettings settings, DateTimeOffset now)
    {
        // OpenID Connect Core 1.0, 2: up to 255 characters of ASCII, of which none is known to use a space, and which are compared as they are.
        if (claims.FirstOrDefault(c => c.Type == "sub")?.Value is not { Length: > 0 and <= MostSubjectCharacters } subject || subject.Any(c => c is < '!' or > '~'))
            throw new IssuerRefusedException("issuer_token_invalid", $"The issuer's token has no sub of 1 to {MostSubjectCharacters} characters.");

        return new IssuerPerson(
            settings.Authority.OriginalString,
            subject,
            NameClaims.SelectMany(type => claims.Where(c => c.Type == type)).Select(c => Clean(c.Value)).First(name => name.Length > 0),
            claims.Where(c => c.Type == settings.RoleClaim).Select(c => settings.Roles.TryGetValue(c.Value, out var role) ? role : (Role?)null).Max(),
            long.TryParse(claims.FirstOrDefault(c => c.Type == "iat")?.Value, CultureInfo.InvariantCulture, out var made) && made >= 0 && made < now.ToUnixTimeSeconds()
                ? DateTimeOffset.FromUnixTimeSeconds(made)
                : now);
    }

    /// <summary>On one line, of characters that can be seen alone, and not longer than a list has room for.</summary>
    private static string Clean(string name) => string.Concat(name.EnumerateRunes().Where(CanBeSeen).Take(MostNameCharacters)).Trim();

    // What turns a line round or has no width makes two names look like one.
    private static bool CanBeSeen(Rune rune) => rune != Rune.ReplacementChar && Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse);
}
