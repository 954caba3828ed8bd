using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace AlgoStack.Gateway.Push;

/// <summary>
/// Moves a token from the address of a live connection, where browsers and clients of SignalR have to put it, to the header
/// that it belongs in. This is done before anything has seen the request: no log, trace or handler ever meets the address
/// with the token in it.
/// </summary>
internal sealed class TokenFromAddress(IServiceProvider services) : IHttpContextFactory
{
    private static readonly PathString[] Paths = [PushServices.SocketPath, PushServices.HubPath];

    // SignalR's own clients call it access_token.
    private static readonly string[] Names = ["token", "access_token"];

    private readonly DefaultHttpContextFactory _contexts = new(services);

    public HttpContext Create(IFeatureCollection featureCollection)
    {
        var request = featureCollection.GetRequiredFeature<IHttpRequestFeature>();
        if (request.QueryString.Length > 0 && Array.Exists(Paths, path => new PathString(request.Path).StartsWithSegments(path, StringComparison.OrdinalIgnoreCase)))
            MoveToken(request);
        return _contexts.Create(featureCollection);
    }

    public void Dispose(HttpContext httpContext) => _contexts.Dispose(httpContext);

    private static void MoveToken(IHttpRequestFeature request)
    {
        var rest = new QueryBuilder();
        foreach (var (name, values) in QueryHelpers.ParseQuery(request.QueryString))
        {
            if (!Names.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                rest.Add(name, values.OfType<string>());
                continue;
            }

            // Beside a header, or another of them, it is refused as two headers are.
            var bearers = values.Select(token => $"Bearer {token}").ToArray();
            request.Headers.Authorization = StringValues.Concat(request.Headers.Authorization, bearers);
        }

        request.QueryString = rest.ToQueryString().Value ?? "";
        request.RawTarget = request.RawTarget.Split('?')[0] + request.QueryString;
    }
}
