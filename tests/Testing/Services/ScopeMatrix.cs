using System.Collections.Concurrent;
using System.Net;
using AlgoStack.Testing.Tokens;
using FluentAssertions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace AlgoStack.Testing.Services;

/// <summary>
/// Who may do what at a service: its table, a line an endpoint as in <c>trade POST /orders</c>, held against what it has mapped, and
/// each line tried by every caller. An endpoint that demands two things at once has a plus between them; <c>anybody</c> is nothing.
/// </summary>
public static class ScopeMatrix
{
    private const int LetIn = 299;
    private const int AtOnce = 8;
    private const string Anybody = "anybody";

    private static readonly string[] Programs = ["", "read", "trade", "admin", "read trade", "read admin", "trade admin", "read trade admin"];

    /// <summary>Starts the service behind an issuer of its own, and has programs with all sets of scopes try it.</summary>
    /// <param name="table">From the repository's root.</param>
    /// <param name="services">Names of the services that it asks.</param>
    public static async Task ShouldHoldAsync(Func<WebApplicationBuilder, WebApplication> build, string table, ServerFixture servers, params string[] services)
    {
        ArgumentNullException.ThrowIfNull(build);
        ArgumentNullException.ThrowIfNull(servers);
        await using var issuer = await TestIssuer.StartAsync();
        await using var service = await ServiceUnderTest.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<IAuthorizationMiddlewareResultHandler, StopBehindTheDoor>();
                return build(builder);
            },
            await servers.CreateSchemaDatabaseAsync(),
            await servers.CreateVirtualHostAsync(),
            [new("Tokens:Authority", issuer.Address.AbsoluteUri)],
            [.. services.Select(name => (name, new Uri("http://127.0.0.1:9")))]);
        await ShouldHoldAsync(service.Http.BaseAddress!, service.Services, table, [.. Programs.Select(scopes => ProgramOf(issuer, scopes))]);
    }

    /// <param name="service">Of one that has <see cref="StopBehindTheDoor"/>.</param>
    public static async Task ShouldHoldAsync(Uri address, IServiceProvider service, string table, IReadOnlyList<Caller> callers)
    {
        ArgumentNullException.ThrowIfNull(service);
        ArgumentNullException.ThrowIfNull(callers);
        var lines = (await File.ReadAllLinesAsync(Path.Combine(Repository.Root, table), CancellationToken.None)).Select(l => l.Split(' ', 3)).ToList();
        var mapped = service.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(e => Methods(e).Select(method => $"{method} /{e.RoutePattern.RawText!.TrimStart('/')}"));
        lines.Select(l => $"{l[1]} {l[2]}").Should().BeEquivalentTo(mapped, "{0} has every endpoint", table);

        using var http = new HttpClient { BaseAddress = address };
        var wrong = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(lines.SelectMany(_ => callers, (line, caller) => (line, caller)), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (tried, _) =>
        {
            var (line, caller) = tried;
            var found = await AskAsync(http, line[1], Fill(line[2]), caller.Token);
            var expected = line[0].Split('+').All(caller.Rights.Contains) ? LetIn : caller.Token is null ? 401 : 403;
            if (line[0] == Anybody ? found is 401 or 403 : found != expected) wrong.Add($"{string.Join(' ', line)} by {caller}: expected {expected}, found {found}");
        });

        wrong.Should().BeEmpty();
    }

    private static Caller ProgramOf(TestIssuer issuer, string scopes) => new(
        scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        scopes.Length == 0 ? null : TestToken.ValidAt(issuer.Key, TimeProvider.System.GetUtcNow()).With(t => t.Claims["scope"] = scopes).ToString());

    /// <returns>Let in, or the refusal; 400 for what refuses by itself, as signing in does.</returns>
    private static async Task<int> AskAsync(HttpClient http, string method, string path, string? token)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (token is not null) request.Headers.Authorization = new("Bearer", token);
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, CancellationToken.None);
        return answer.StatusCode == HttpStatusCode.Unauthorized && answer.Headers.WwwAuthenticate.Count == 0 ? 400 : (int)answer.StatusCode;
    }

    /// <summary>With something in the place of each parameter.</summary>
    private static string Fill(string path) => string.Join('/', path.Split('/').Select(part => part switch
    {
        ['{', ..] when part.EndsWith(":long}", StringComparison.Ordinal) => "1",
        ['{', ..] when part.EndsWith(":guid}", StringComparison.Ordinal) => Guid.Empty.ToString(),
        ['{', ..] => "x",
        _ => part,
    }));

    /// <summary>Of what is mapped for all of them, one that looks and one that changes.</summary>
    private static IEnumerable<string> Methods(Endpoint endpoint) => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET", "POST"];

    /// <param name="Token">Null of who has none.</param>
    public sealed record Caller(IReadOnlyList<string> Rights, string? Token)
    {
        public override string ToString() => Token is null ? "nobody" : $"who may {string.Join(", ", Rights)}";
    }

    /// <summary>Who is let in comes no further, so that nothing is done by trying.</summary>
    public sealed class StopBehindTheDoor : IAuthorizationMiddlewareResultHandler
    {
        private readonly AuthorizationMiddlewareResultHandler _handler = new();

        public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
        {
            ArgumentNullException.ThrowIfNull(context);
            ArgumentNullException.ThrowIfNull(authorizeResult);
            if (!authorizeResult.Succeeded) return _handler.HandleAsync(next, context, policy, authorizeResult);

            context.Response.StatusCode = LetIn;
            return Task.CompletedTask;
        }
    }
}
