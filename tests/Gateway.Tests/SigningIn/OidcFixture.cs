using System.Net;

namespace AlgoStack.Gateway.Tests.SigningIn;

/// <summary>A gateway that another issuer says to who somebody is. Its first admin had a password before.</summary>
public sealed class OidcFixture : SignInFixture
{
    private IssuerPeer? _issuer;

    public IssuerPeer Issuer => _issuer!;

    /// <summary>Goes nowhere by itself, and keeps no cookie.</summary>
    public HttpClient Browser { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _issuer = await IssuerPeer.StartAsync(Clock);
        Settings = [.. _issuer.Settings, "--RateLimits:Load:Addresses", "127.0.0.0/8"];
        await RestartAsync();
        Browser.BaseAddress = Gateway.Address;
    }

    public override async Task DisposeAsync()
    {
        Browser.Dispose();
        await base.DisposeAsync();
        if (_issuer is not null) await _issuer.DisposeAsync();
    }

    /// <summary>Goes to the issuer and back, as a browser does.</summary>
    public async Task<Arrival> GoAsync() => await GoAsync(Gateway.Address);

    public static async Task<Arrival> GoAsync(Uri gateway)
    {
        var cookies = new CookieContainer();
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = cookies });
        var at = new Uri(gateway, "/auth/oidc/begin");
        Uri? callback = null;
        while (true)
        {
            using var answer = await http.GetAsync(at);
            if (answer.Headers.Location is not { } location) throw new HttpRequestException($"{at}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");

            at = new Uri(at, location);
            if (at.AbsolutePath == "/auth/oidc/callback") callback = at;
            if (at.AbsolutePath.StartsWith("/console", StringComparison.Ordinal)) return new Arrival(at.Fragment, callback, cookies.GetCookies(new Uri(gateway, "/auth/oidc")));
        }
    }
}

/// <summary>Where a browser came to.</summary>
/// <param name="Fragment">What is behind the address of the console.</param>
/// <param name="Callback">Where the issuer had sent it; null: it never came to the issuer.</param>
public sealed record Arrival(string Fragment, Uri? Callback, CookieCollection Cookies)
{
    public string? AccessToken => Cookies["algostack-access"]?.Value;

    public bool IsIn => Fragment == "#signed-in" && AccessToken is not null;
}
