namespace AlgoStack.Gateway.Door;

/// <summary>What every answer says to browsers, whoever made it.</summary>
internal static class SecurityHeaders
{
    /// <summary>Of pages: everything from here, nothing inline, in nobody's frame.</summary>
    public const string OfPages = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

    /// <summary>Of all else: should a browser take it for a page, it is an empty one.</summary>
    private const string OfAnswers = "default-src 'none'; frame-ancestors 'none'";

    private const string Year = "max-age=31536000";

    private const string Unused =
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()";

    public static Task SetAsync(HttpContext context, RequestDelegate next)
    {
        // At the last moment: what goes wrong clears what was set before.
        context.Response.OnStarting(static state => Set((HttpContext)state), context);
        return next(context);
    }

    private static Task Set(HttpContext context)
    {
        var headers = context.Response.Headers;
        // A service's own word would be about itself.
        headers.Remove("Server");
        headers.ContentSecurityPolicy = context.Response.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) == true ? OfPages : OfAnswers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Permissions-Policy"] = Unused;
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (context.Request.IsHttps) headers.StrictTransportSecurity = Year;
        return Task.CompletedTask;
    }
}
