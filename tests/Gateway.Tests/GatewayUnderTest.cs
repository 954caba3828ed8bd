using AlgoStack.Gateway.Forwarding;
using AlgoStack.Testing.Services;
using Microsoft.AspNetCore.Identity;

namespace AlgoStack.Gateway.Tests;

/// <summary>A gateway on a loopback port, with one upstream standing in for every service.</summary>
public sealed class GatewayUnderTest : IAsyncDisposable
{
    // A password's hash is made to take long, a tenth of a second here, and tests make a thousand.
    private const int QuickHash = 1_000;

    private readonly WebApplication _app;

    private GatewayUnderTest(WebApplication app)
    {
        _app = app;
        Http = ServiceAccess.NewClient(new Uri(app.Urls.First()));
        Http.Timeout = TimeSpan.FromSeconds(30);
    }

    public HttpClient Http { get; }

    public Uri Address => Http.BaseAddress!;

    public IServiceProvider Services => _app.Services;

    /// <param name="services">Address of each service, by name; those not named have none.</param>
    /// <param name="at">Where it listens. Null: any free port.</param>
    /// <param name="clock">Its clock. Null: the machine's.</param>
    /// <param name="configure">Registers what goes before the gateway's own.</param>
    /// <param name="logs">Gets every line that it logs, however fine. Null: errors are shown.</param>
    /// <param name="messaging">Where it finds RabbitMQ. Null: where it is.</param>
    /// <param name="database">Where it finds PostgreSQL. Null: where it is.</param>
    /// <param name="settings">As on a command line. Null: those of a machine that tries the gateway on purpose, which is limited and banned as no other is.</param>
    /// <param name="slowHash">Passwords are hashed as often as the gateway has it, not quickly.</param>
    public static async Task<GatewayUnderTest> StartAsync(
        BrokerFixture broker, IReadOnlyDictionary<string, Uri> services, Uri? at = null, TimeProvider? clock = null, ILoggerProvider? logs = null,
        string? messaging = null, Action<IServiceCollection>? configure = null, string? database = null, IReadOnlyList<string>? settings = null, bool slowHash = false)
    {
        string[] args =
        [
            "--urls", at?.AbsoluteUri ?? "http://127.0.0.1:0",
            .. services.SelectMany(s => (string[])[$"--services:{s.Key}:http:0", s.Value.AbsoluteUri]),
            "--ConnectionStrings:messaging", messaging ?? broker.Address,
            "--ConnectionStrings:algostack", database ?? broker.Database,
            "--ALGOSTACK_STATE", broker.State,
            "--Tokens:ServiceKey", ServiceAccess.Key,
            .. settings ?? ["--RateLimits:Load:Addresses", "127.0.0.0/8"],
            "--Logging:LogLevel:Default", logs is null ? "Error" : "Trace",
            .. logs is null ? Array.Empty<string>() : ["--Logging:LogLevel:Microsoft.AspNetCore", "Trace"],
        ];
        var app = GatewayApplication.Build(args, clock, registered =>
        {
            if (!slowHash) registered.PostConfigure<PasswordHasherOptions>(options => options.IterationCount = QuickHash);
            configure?.Invoke(registered);
        });
        if (logs is not null) app.Services.GetRequiredService<ILoggerFactory>().AddProvider(logs);
        await app.StartAsync(CancellationToken.None);
        return new GatewayUnderTest(app);
    }

    public static Task<GatewayUnderTest> StartAsync(BrokerFixture broker, FakeUpstream upstream, Uri? at = null) =>
        StartAsync(broker, Routes.Services.ToDictionary(s => s, _ => upstream.Address, StringComparer.Ordinal), at);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}
