using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace AlgoStack.Gateway.Oidc;

/// <summary>
/// One way of a browser to the issuer and back. It is known by a secret that the browser has in a cookie, from which all else follows: so nobody
/// ends what another began, with a link to a session that is not theirs, and no instance has to remember it.
/// </summary>
internal sealed record SignInAttempt(string Secret)
{
    /// <summary>What the issuer sends back with its answer (RFC 6749, 10.12).</summary>
    public string State => Derive("state");

    /// <summary>What its ID token has in it.</summary>
    public string Nonce => Derive("nonce");

    /// <summary>Shown for the tokens, when the issuer knows the challenge (RFC 7636).</summary>
    public string Verifier => Derive("verifier");

    public string Challenge => Hash(Verifier);

    public static SignInAttempt New() => new(Tokens.Secret.New());

    private string Derive(string what) => Hash($"{what} {Secret}");

    private static string Hash(string text) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(text)));
}
