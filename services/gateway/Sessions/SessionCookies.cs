using AlgoStack.Gateway.Tokens;

namespace AlgoStack.Gateway.Sessions;

/// <summary>The console's tokens, where no script can read them: HttpOnly, SameSite=Strict, and Secure where https is spoken.</summary>
internal static class SessionCookies
{
    public const string Access = "algostack-access";
    public const string Refresh = "algostack-refresh";

    private const string RefreshPath = "/auth";

    public static void Set(HttpContext context, AccessToken accessToken, string refreshToken)
    {
        // Longer than the token is good: one that has expired tells a page that slept from somebody who was never here.
        context.Response.Cookies.Append(Access, accessToken.Text, Options(context.Request, "/", SessionTable.LongestIdle));
        context.Response.Cookies.Append(Refresh, refreshToken, Options(context.Request, RefreshPath, SessionTable.LongestLife));
    }

    public static void Clear(HttpContext context)
    {
        context.Response.Cookies.Delete(Access, Options(context.Request, "/", null));
        context.Response.Cookies.Delete(Refresh, Options(context.Request, RefreshPath, null));
    }

    private static CookieOptions Options(HttpRequest request, string path, TimeSpan? age) => new()
    {
        HttpOnly = true,
        MaxAge = age,
        Path = path,
        SameSite = SameSiteMode.Strict,
        // Who ends TLS in front of us speaks http to us; the browser's Origin says what it spoke.
        Secure = request.IsHttps || request.Headers.Origin.ToString().StartsWith("https://", StringComparison.OrdinalIgnoreCase),
    };
}
