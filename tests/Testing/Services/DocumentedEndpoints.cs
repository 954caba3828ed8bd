using System.Text.Json;
using System.Text.RegularExpressions;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace AlgoStack.Testing.Services;

/// <summary>Holds a service's OpenAPI document against the endpoints that it has mapped.</summary>
public static partial class DocumentedEndpoints
{
    /// <summary>
    /// OpenAPI 3.1; every endpoint is in it with the parameters of its path and answers of 2xx that have a schema or no body.
    /// </summary>
    /// <param name="services">Of the running service.</param>
    /// <returns>The document.</returns>
    public static async Task<JsonElement> ShouldBeWholeAsync(HttpClient http, IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(http);
        var document = JsonDocument.Parse(await http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), CancellationToken.None)).RootElement;
        ShouldBeWhole(document, services);
        return document;
    }

    /// <summary>The same of a document that is at hand.</summary>
    public static void ShouldBeWhole(JsonElement document, IServiceProvider services)
    {
        document.GetProperty("openapi").GetString().Should().StartWith("3.1.");

        var mapped = services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is not { ExcludeFromDescription: true })
            .SelectMany(e => Methods(e).Select(method => (Path: PathOf(e), Method: method, Endpoint: e)))
            .ToList();
        mapped.Should().NotBeEmpty();
        var told = document.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject().Select(o => $"{o.Name} {p.Name}"));
        told.Should().BeEquivalentTo(mapped.Select(m => $"{m.Method} {m.Path}"));

        foreach (var (path, method, endpoint) in mapped)
        {
            var operation = document.GetProperty("paths").GetProperty(path).GetProperty(method);
            var parameters = operation.TryGetProperty("parameters", out var some) ? some.EnumerateArray().ToList() : [];
            parameters.Where(p => p.GetProperty("in").GetString() == "path").Select(p => p.GetProperty("name").GetString())
                .Should().BeEquivalentTo(endpoint.RoutePattern.Parameters.Select(p => p.Name), "{0} {1} has them in its path", method, path);

            var answers = operation.GetProperty("responses").EnumerateObject().Where(r => r.Name[0] is '2' or '3').ToList();
            answers.Should().NotBeEmpty("{0} {1} answers something", method, path);
            // What is made need not be shown: 201 says where it is, as 302 says where to go.
            foreach (var answer in answers.Where(a => a.Name is not ("204" or "302") && !(a.Name == "201" && !a.Value.TryGetProperty("content", out _))))
            {
                answer.Value.TryGetProperty("content", out var content).Should().BeTrue("{0} {1} answers {2} with a body", method, path, answer.Name);
                content.EnumerateObject().Should().OnlyContain(c => c.Value.GetProperty("schema").ValueKind == JsonValueKind.Object);
            }
        }
    }

    // Those without methods are health checks and what is passed on to other services.
    private static IEnumerable<string> Methods(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Select(m => m.ToLowerInvariant()) ?? [];

    private static string PathOf(RouteEndpoint endpoint) =>
        '/' + Constraint().Replace(endpoint.RoutePattern.RawText ?? "", "").TrimStart('/');

    [GeneratedRegex(":[a-z]+(?=})", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Constraint();
}
