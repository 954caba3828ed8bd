using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace AlgoStack.ServiceDefaults.Tokens;

/// <summary>Which tokens are good.</summary>
public sealed class TokenCheckOptions : AuthenticationSchemeOptions
{
    /// <summary>The <c>iss</c> and the <c>aud</c> of AlgoStack's own tokens.</summary>
    public const string Own = "algostack";

    public string Issuer { get; set; } = Own;

    public string Audience { get; set; } = Own;

    /// <summary>The cookie that stands for the header in a browser. Null where none does.</summary>
    public string? Cookie { get; set; }

    /// <summary>
    /// Whether what a token was had for, a session or an API key, has ended before the token has. Null where nobody can
    /// tell: there a token is good until it expires, which is soon.
    /// </summary>
    public Func<HttpContext, ClaimsPrincipal, Task<bool>>? HasEnded { get; set; }
}
