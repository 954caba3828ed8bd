using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using AlgoStack.Gateway.Tests.SigningIn;
using AlgoStack.ServiceDefaults;
using AlgoStack.Testing.Services;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Gateway.Tests.Door;

public sealed class HeaderTests(DoorFixture fixture) : IClassFixture<DoorFixture>
{
    [Theory]
    [InlineData("/console/", true)]
    [InlineData("/console/favicon.svg", false)]
    [InlineData("/", false)]
    [InlineData("/health/live", false)]
    [InlineData("/api/v1/status", false)]
    [InlineData("/api/v1/orders", false)]
    [InlineData("/nothing", false)]
    [InlineData("/.well-known/jwks.json", false)]
    public async Task Every_answer_tells_browsers_what_it_is_not(string path, bool page)
    {
        var gateway = await fixture.SharedAsync();
        foreach (var token in (string?[])[null, ServiceAccess.Key])
        {
            using var answer = await AskAsync(gateway, HttpMethod.Get, path, token);

            Header(answer, "X-Content-Type-Options").Should().Be("nosniff");
            Header(answer, "X-Frame-Options").Should().Be("DENY");
            Header(answer, "Referrer-Policy").Should().Be("no-referrer");
            Header(answer, "Permissions-Policy").Should().Contain("camera=()");
            Header(answer, "Cross-Origin-Opener-Policy").Should().Be("same-origin");
            Header(answer, "Cross-Origin-Resource-Policy").Should().Be("same-origin");
            Header(answer, "Content-Security-Policy").Should().Contain("frame-ancestors 'none'").And.NotContain("unsafe");
            Header(answer, "Content-Security-Policy").Should().StartWith(page ? "default-src 'self'" : "default-src 'none'");
            answer.Headers.Contains("Strict-Transport-Security").Should().BeFalse("nobody speaks https");
            answer.Headers.Contains("Server").Should().BeFalse();
        }
    }

    [Fact]
    public async Task Behind_a_proxy_that_speaks_https_it_is_to_stay_https()
    {
        var gateway = await fixture.SharedAsync();

        using var answer = await AskAsync(gateway, HttpMethod.Get, "/console/", null, ("X-Forwarded-For", "192.0.2.200"), ("X-Forwarded-Proto", "https"));

        Header(answer, "Strict-Transport-Security").Should().Be("max-age=31536000");
    }

    [Theory]
    [InlineData("/api/v1/orders")]
    [InlineData("/orders")]
    [InlineData("/udf/time")]
    [InlineData("/auth/me")]
    public async Task An_answer_of_the_API_says_how_long_it_took(string path)
    {
        var gateway = await fixture.SharedAsync();

        using var answer = await AskAsync(gateway, HttpMethod.Get, path, ServiceAccess.Key);

        double.Parse(Header(answer, "X-Process-Time"), CultureInfo.InvariantCulture).Should().BeInRange(0.000001, 30);
        Header(answer, "Server-Timing").Should().MatchRegex("""^gateway;dur=\d+(\.\d+)?$""");
    }

    [Fact]
    public async Task No_other_origin_reads_anything_but_one_that_is_named()
    {
        var closed = await fixture.SharedAsync();
        await using var open = await fixture.StrictAsync("--Cors:Origins", "https://charts.example.com, http://localhost:3000");

        (await CorsAsync(closed, "https://charts.example.com")).Should().BeEmpty();
        (await CorsAsync(open, "https://evil.example.com")).Should().BeEmpty();
        (await CorsAsync(open, "https://charts.example.com")).Should().Equal("https://charts.example.com", "https://charts.example.com");

        static async Task<IReadOnlyList<string>> CorsAsync(GatewayUnderTest gateway, string origin)
        {
            using var asked = await AskAsync(
                gateway, HttpMethod.Options, "/udf/time", null, ("Origin", origin), ("Access-Control-Request-Method", "GET"), ("Access-Control-Request-Headers", "authorization"));
            using var answer = await AskAsync(gateway, HttpMethod.Get, "/udf/time", ServiceAccess.Key, ("Origin", origin));
            answer.Headers.Contains("Access-Control-Allow-Credentials").Should().BeFalse();
            return [.. Allowed(asked), .. Allowed(answer)];
        }

        static IEnumerable<string> Allowed(HttpResponseMessage answer) => answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var origins) ? origins : [];
    }

    [Theory]
    [InlineData("--Cors:Origins", "https://charts.example.com/")]
    [InlineData("--Cors:Origins", "*")]
    [InlineData("--Proxies:Known", "a proxy")]
    [InlineData("--RateLimits:Load:Addresses", "10.0.0.0/33")]
    [InlineData("--RateLimits:Load:PerMinute", "0")]
    [InlineData("--RateLimits:SignIn", "many")]
    [InlineData("--RateLimits:User", "0")]
    public async Task What_is_configured_wrong_ends_the_start_with_its_key(string key, string value)
    {
        var start = () => fixture.StrictAsync(key, value);

        (await start.Should().ThrowAsync<Exception>()).WithMessage($"{key[2..]}*expected*");
    }

    [Theory]
    [InlineData("/auth/sign-in", 16 * 1024)]
    [InlineData("/api/v1/orders", RequestBodies.MostBytes)]
    public async Task A_body_that_is_too_large_is_413(string path, int most)
    {
        var gateway = await fixture.SharedAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(new string(' ', most + 1), Encoding.UTF8, "application/json") };
        request.Headers.Authorization = ServiceAccess.Header;
        request.Headers.ExpectContinue = true;
        using var http = new HttpClient { BaseAddress = gateway.Address };

        await SignInFixture.ShouldBeRefusedAsync(await http.SendAsync(request), 413, "too_large");
    }

    [Fact]
    public async Task Who_takes_too_long_to_say_what_they_want_is_cut_off()
    {
        var gateway = await fixture.SharedAsync();
        using var slow = new TcpClient();
        await slow.ConnectAsync(IPAddress.Loopback, gateway.Address.Port);
        await slow.GetStream().WriteAsync("GET /api/v1/orders HTTP/1.1\r\nHost: slow\r\n"u8.ToArray());
        using var reader = new StreamReader(slow.GetStream());

        (await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20))).Should().StartWith("HTTP/1.1 408");
    }

    private static string Header(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values)
        ? string.Join(", ", values)
        : answer.Content.Headers.TryGetValues(name, out var ofContent) ? string.Join(", ", ofContent) : "";

    private static async Task<HttpResponseMessage> AskAsync(
        GatewayUnderTest gateway, HttpMethod method, string path, string? token, params (string Name, string Value)[] headers)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = gateway.Address };
        using var request = new HttpRequestMessage(method, path);
        if (token is not null) request.Headers.Authorization = new("Bearer", token);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await http.SendAsync(request);
    }
}
