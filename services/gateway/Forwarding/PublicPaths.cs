using Microsoft.AspNetCore.Routing.Template;

namespace AlgoStack.Gateway.Forwarding;

/// <summary>Under which paths of this address a path of a service is reached: <see cref="Routes.All"/> read backwards.</summary>
internal sealed class PublicPaths
{
    private readonly IReadOnlyList<(Route? Route, TemplateMatcher Matcher, decimal Precedence)> _patterns;

    /// <param name="own">Patterns that the gateway answers itself.</param>
    public PublicPaths(IEnumerable<string> own) => _patterns =
    [
        .. own.Select(pattern => Read(null, pattern)),
        .. Routes.All.Select(route => Read(route, route.Pattern)),
    ];

    /// <summary>The one to call it by comes first: one that says what it is in words of its own, before one that names the service.</summary>
    /// <param name="path">With parameters in braces.</param>
    public IReadOnlyList<string> Of(string service, string path) =>
    [
        .. Routes.All
            .Where(route => route.Service == service && path.StartsWith(route.Put, StringComparison.Ordinal))
            .Select(route => (Route: route, Path: route.Cut + path[route.Put.Length..]))
            .Where(candidate => Winner(candidate.Path) == candidate.Route)
            .OrderByDescending(candidate => candidate.Route.Put.Length)
            .Select(candidate => candidate.Path)
            .Distinct(StringComparer.OrdinalIgnoreCase),
    ];

    private static (Route?, TemplateMatcher, decimal) Read(Route? route, string pattern)
    {
        var template = TemplateParser.Parse(pattern);
        return (route, new TemplateMatcher(template, []), RoutePrecedence.ComputeInbound(template));
    }

    /// <summary>Null where nobody is passed anything.</summary>
    private Route? Winner(string path) => _patterns
        .Where(pattern => pattern.Matcher.TryMatch(path, []))
        .OrderBy(pattern => pattern.Precedence)
        .Select(pattern => pattern.Route)
        .FirstOrDefault();
}
