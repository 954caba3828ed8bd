using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace AlgoStack.ServiceDefaults.Tokens;

/// <summary>
/// Whether a request that a browser added cookies to comes from our own page. <c>SameSite=Strict</c> keeps other sites out, and
/// not what listens on another port of the same host. Another origin cannot send a header of its own without being allowed
/// to, which nobody is, and cannot hide its <c>Origin</c>.
/// </summary>
public static class CrossSite
{
    /// <summary>Our pages send it, with any value, with what changes something.</summary>
    public const string Header = "X-AlgoStack-Console";

    public const string Code = "cross_site_request";

    public const string Detail = $"A request with cookies must come from the console's own pages, and carry {Header} when it changes something.";

    public static bool IsOwn(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!StringValues.IsNullOrEmpty(request.Headers.Origin) && !IsHost(request.Headers.Origin, request.Host)) return false;

        return IsSafe(request.Method) || !StringValues.IsNullOrEmpty(request.Headers[Header]);
    }

    // Without the scheme: who ends TLS in front of us speaks http to us.
    private static bool IsHost(StringValues origin, HostString host) =>
        origin.Count == 1 && Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Scheme is "http" or "https"
        && string.Equals(from.Authority, host.Value, StringComparison.OrdinalIgnoreCase);

    private static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);
}
