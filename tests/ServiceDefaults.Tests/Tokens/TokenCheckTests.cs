using System.Buffers.Text;
using System.Net;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AlgoStack.ServiceDefaults.Tokens;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using AlgoStack.Testing.Tokens;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AlgoStack.ServiceDefaults.Tests.Tokens;

public sealed class TokenCheckTests : IAsyncLifetime
{
    private readonly SettableClock _clock = new();
    private TestIssuer _issuer = null!;
    private TestService _service = null!;

    public async Task InitializeAsync()
    {
        _issuer = await TestIssuer.StartAsync();
        _service = await StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _service.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    [Fact]
    public async Task A_good_token_says_who_asks_and_what_they_may()
    {
        (await AskAsync(Valid().ToString())).Should().Be((200, "somebody"));
        (await AskAsync(Valid().With(t => t.Claims["sub"] = "Zoë 日本").ToString(), "bearer ")).Should().Be((200, "Zoë 日本"));
    }

    [Theory]
    [MemberData(nameof(WrongTokens.NamesAndCodes), MemberType = typeof(WrongTokens))]
    public async Task A_token_that_is_wrong_is_refused(string wrong, string code)
    {
        (await AskAsync(WrongTokens.All[wrong].Make(_issuer.Key, _clock.GetUtcNow()))).Should().Be((401, code));
    }

    [Theory]
    [InlineData("Bearer", "token_malformed")]
    [InlineData("Bearer ", "token_malformed")]
    [InlineData("Basic c29tZWJvZHk6cGFzc3dvcmQ=", "token_malformed")]
    [InlineData("", "token_malformed")]
    [InlineData(null, "token_missing")]
    public async Task A_header_without_a_token_is_refused(string? header, string code)
    {
        var answer = await RawHttp.GetAsync(_service.Http.BaseAddress!, "/read", header is null ? [] : [$"Authorization: {header}"]);

        answer.Should().StartWith("HTTP/1.1 401").And.Contain($"\"code\":\"{code}\"").And.Contain("application/problem+json");
        answer.Should().Contain(code == "token_missing" ? "WWW-Authenticate: Bearer\r\n" : "WWW-Authenticate: Bearer error=\"invalid_token\"\r\n");
    }

    [Fact]
    public async Task Two_headers_are_refused_though_each_is_good()
    {
        var header = $"Authorization: Bearer {Valid()}";

        var answer = await RawHttp.GetAsync(_service.Http.BaseAddress!, "/read", header, header);

        answer.Should().StartWith("HTTP/1.1 401").And.Contain("token_ambiguous");
    }

    [Fact]
    public async Task A_token_without_the_scope_is_forbidden()
    {
        (await AskAsync(Valid().With(t => t.Claims["scope"] = "trade reader").ToString())).Should().Be((403, "scope_missing"));
        (await AskAsync(Valid().With(t => t.Claims.Remove("scope")).ToString())).Should().Be((403, "scope_missing"));
    }

    [Fact]
    public async Task What_demands_nothing_stays_open_even_to_a_token_that_is_wrong()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/open");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer nothing");

        (await _service.Http.SendAsync(request)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_cookie_is_no_token_where_none_was_asked_for()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/read");
        request.Headers.TryAddWithoutValidation("Cookie", $"algostack-access={Valid()}");

        (await _service.Http.SendAsync(request)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task What_ended_before_its_token_is_refused_where_that_is_known()
    {
        await using var service = await StartAsync(options => options.HasEnded = (_, who) => Task.FromResult(who.FindFirstValue("sid") == "ended"));

        (await AskAsync(Valid().With(t => t.Claims["sid"] = "ended").ToString(), service: service)).Should().Be((401, "token_revoked"));
        (await AskAsync(Valid().With(t => t.Claims["sid"] = "open").ToString(), service: service)).Should().Be((200, "somebody"));
    }

    [Fact]
    public async Task While_nobody_can_tell_whether_it_has_ended_what_demands_nothing_stays_open()
    {
        await using var service = await StartAsync(options => options.HasEnded = (_, _) => throw new Npgsql.NpgsqlException("away"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/open");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {Valid()}");

        (await service.Http.SendAsync(request)).StatusCode.Should().Be(HttpStatusCode.OK);

        (await AskAsync(Valid().ToString(), service: service)).Should().Be((503, "token_check_unavailable"));
    }

    [Fact]
    public async Task A_token_is_good_until_it_expires_give_or_take_five_seconds()
    {
        var token = Valid().ToString();

        (await LaterAsync(TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(2), token)).Should().Be((200, "somebody"));
        (await LaterAsync(TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(7), token)).Should().Be((401, "token_expired"));
        (await LaterAsync(TimeSpan.FromSeconds(-3), token)).Should().Be((200, "somebody"));
        (await LaterAsync(TimeSpan.FromSeconds(-30), token)).Should().Be((401, "token_not_yet_valid"));
    }

    [Fact]
    public async Task A_new_key_is_found_when_a_token_names_it_and_the_former_still_verifies()
    {
        using var next = new TestKey("two");
        (await AskAsync(Valid().ToString())).Should().Be((200, "somebody"));
        _issuer.Publish(_issuer.Key, next);

        (await LaterAsync(TimeSpan.FromSeconds(6), TestToken.ValidAt(next, _clock.GetUtcNow()).ToString())).Should().Be((200, "somebody"));

        (await AskAsync(Valid().ToString())).Should().Be((200, "somebody"));
    }

    [Fact]
    public async Task A_key_that_is_taken_back_is_good_for_five_minutes_at_most()
    {
        using var next = new TestKey("two");
        (await AskAsync(Valid().ToString())).Should().Be((200, "somebody"));
        _issuer.Publish(next);

        _clock.SetAhead(TimeSpan.FromMinutes(5.1));

        (await AskAsync(Valid().ToString())).Should().Be((401, "token_key_unknown"));
    }

    [Fact]
    public async Task Names_of_keys_that_nobody_knows_do_not_become_questions_to_the_issuer()
    {
        (await AskAsync(Valid().ToString())).Should().Be((200, "somebody"));

        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => AskAsync(Valid().With(t => t.Header["kid"] = $"made-up-{i}").ToString())));

        _issuer.Asked.Should().Be(1);
    }

    [Fact]
    public async Task While_the_issuer_is_away_its_keys_are_good_for_an_hour_and_then_nobody_can_tell()
    {
        (await AskAsync(Valid().ToString())).Should().Be((200, "somebody"));
        _issuer.KeySet = null;

        _clock.SetAhead(TimeSpan.FromMinutes(59));
        (await AskAsync(Valid().ToString())).Should().Be((200, "somebody"));
        _clock.SetAhead(TimeSpan.FromMinutes(61));
        (await AskAsync(Valid().ToString())).Should().Be((503, "token_keys_unavailable"));
        _issuer.Publish(_issuer.Key);
        _clock.SetAhead(TimeSpan.FromMinutes(62));
        (await AskAsync(Valid().ToString())).Should().Be((200, "somebody"));
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("[]")]
    [InlineData("<html></html>")]
    public async Task Keys_that_cannot_be_read_are_no_keys(string keys)
    {
        _issuer.KeySet = keys;

        (await AskAsync(Valid().ToString())).Should().Be((503, "token_keys_unavailable"));
    }

    [Fact]
    public async Task A_secret_among_the_published_keys_is_not_taken_for_one_of_ours()
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        _issuer.KeySet = $$"""{"keys":[{"kty":"oct","kid":"shared","alg":"HS256","k":"{{Base64Url.EncodeToString(secret)}}"},{{_issuer.Key.Published}}]}""";
        var token = Valid().With(t => (t.Header["alg"], t.Header["kid"]) = ("ES256", "shared"));

        (await AskAsync($"{token.Signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(token.Signed)))}"))
            .Should().Be((401, "token_key_unknown"));
    }

    [Fact]
    public async Task Another_issuer_and_audience_can_be_configured()
    {
        await using var service = await StartAsync(settings: new(StringComparer.Ordinal) { ["Tokens:Issuer"] = "https://id.example/", ["Tokens:Audience"] = "desk" });

        (await AskAsync(Valid().ToString(), service: service)).Should().Be((401, "token_audience_invalid"));
        (await AskAsync(Valid().With(t => (t.Claims["iss"], t.Claims["aud"]) = ("https://id.example/", "desk")).ToString(), service: service)).Should().Be((200, "somebody"));
    }

    [Fact]
    public async Task An_authority_that_is_no_address_ends_the_start()
    {
        var start = () => StartAsync(settings: new(StringComparer.Ordinal) { ["Tokens:Authority"] = "over there" });

        (await start.Should().ThrowAsync<Configuration.InvalidConfigurationException>()).WithMessage("Tokens:Authority is \"over there\": expected an address*");
    }

    [Theory]
    [InlineData("GET", "read", 200)]
    [InlineData("GET", "trade", 403)]
    [InlineData("POST", "trade", 200)]
    [InlineData("POST", "read", 403)]
    public async Task An_endpoint_that_says_nothing_demands_read_to_look_and_trade_to_change(string method, string scope, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/undecided");
        request.Headers.Authorization = new("Bearer", Valid().With(t => t.Claims["scope"] = scope).ToString());

        using var answer = await _service.Http.SendAsync(request);

        ((int)answer.StatusCode).Should().Be(status);
    }

    [Fact]
    public async Task An_endpoint_that_says_nothing_is_shut_to_who_has_no_token()
    {
        (await _service.Http.GetAsync("/undecided")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_key_of_the_services_lets_in_while_nobody_issues_tokens_and_no_other_does()
    {
        _issuer.KeySet = null;

        (await AskAsync(ServiceAccess.Key)).Should().Be((200, "service"));
        (await AskAsync(ServiceAccess.Key + "x")).Should().Be((401, "token_malformed"));
        (await AskAsync(ServiceAccess.Key[..^1])).Should().Be((401, "token_malformed"));
    }

    [Theory]
    [InlineData("", "Tokens:ServiceKey is missing*32 random characters or more*")]
    [InlineData("short", "Tokens:ServiceKey has 5 characters: expected 32 or more.")]
    public async Task Without_a_key_of_services_that_nobody_guesses_it_does_not_start(string key, string why)
    {
        var start = () => StartAsync(settings: new(StringComparer.Ordinal) { ["Tokens:ServiceKey"] = key });

        (await start.Should().ThrowAsync<Configuration.InvalidConfigurationException>()).WithMessage(why);
    }

    private static TestToken Valid(TestKey key, DateTimeOffset now) => TestToken.ValidAt(key, now);

    private TestToken Valid() => Valid(_issuer.Key, _clock.GetUtcNow());

    private Task<TestService> StartAsync(Action<TokenCheckOptions>? configure = null, Dictionary<string, string?>? settings = null)
    {
        settings ??= new(StringComparer.Ordinal);
        settings.TryAdd("Tokens:Authority", _issuer.Address.AbsoluteUri);
        return TestService.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(_clock);
                builder.AddTokenCheck();
                if (configure is not null) builder.Services.Configure(TokenCheck.Scheme, configure);
            },
            app =>
            {
                app.MapGet("/read", (ClaimsPrincipal who) => who.Identity!.Name).RequireScope(TokenScopes.Read);
                app.MapGet("/open", () => "open").AllowAnonymous();
                app.MapMethods("/undecided", ["GET", "POST"], () => "in");
            },
            settings: settings);
    }

    private async Task<(int Status, string Said)> LaterAsync(TimeSpan by, string token)
    {
        _clock.SetAhead(by);
        try
        {
            return await AskAsync(token);
        }
        finally
        {
            _clock.SetAhead(TimeSpan.Zero);
        }
    }

    /// <returns>The status, and the code of a refusal or who asked.</returns>
    private async Task<(int Status, string Said)> AskAsync(string token, string scheme = "Bearer ", TestService? service = null)
    {
        using var http = new HttpClient(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 })
        {
            BaseAddress = (service ?? _service).Http.BaseAddress,
        };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/read");
        request.Headers.TryAddWithoutValidation("Authorization", scheme + token);
        using var answer = await http.SendAsync(request);
        var body = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, answer.IsSuccessStatusCode ? body : JsonDocument.Parse(body).RootElement.GetProperty("code").GetString()!);
    }
}
