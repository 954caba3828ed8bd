using AlgoStack.ServiceDefaults.Messaging;
using AlgoStack.Testing.Services;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AlgoStack.ServiceDefaults.Tests;

/// <summary>A service made of the defaults and whatever a test adds, answering on a free loopback port.</summary>
public sealed class TestService : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestService(WebApplication app)
    {
        _app = app;
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    public OrderedPublisher Publisher => Services.GetRequiredService<OrderedPublisher>();

    public static async Task<TestService> StartAsync(
        Action<WebApplicationBuilder>? configure = null,
        Action<WebApplication>? map = null,
        string name = "AlgoStack.TestService",
        IReadOnlyDictionary<string, string?>? settings = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = name,
            EnvironmentName = "Production",
            // It would look for an assembly of the service's name.
            Args = ["--preventHostingStartup=true"],
        });
        builder.Configuration.AddInMemoryCollection(ServiceAccess.Settings);
        builder.Configuration.AddInMemoryCollection(settings ?? new Dictionary<string, string?>(StringComparer.Ordinal));
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        builder.AddServiceDefaults();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        configure?.Invoke(builder);
        var app = builder.Build();
        app.MapDefaultEndpoints();
        map?.Invoke(app);
        await app.StartAsync(CancellationToken.None);
        return new TestService(app);
    }

    public static Task<TestService> StartOnBusAsync(
        string messaging,
        Action<BusBuilder> consumers,
        Action<WebApplicationBuilder>? configure = null,
        Action<WebApplication>? map = null,
        string name = "AlgoStack.TestService") =>
        StartAsync(
            builder =>
            {
                configure?.Invoke(builder);
                builder.AddBus(consumers);
            },
            map,
            name,
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["ConnectionStrings:messaging"] = messaging });

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}
