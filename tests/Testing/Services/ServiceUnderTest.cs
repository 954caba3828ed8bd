using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AlgoStack.Testing.Services;

/// <summary>
/// A whole service in this process, on real servers and a free loopback port. Disposing it stops it in order; another
/// started on the same database and virtual host is the service after a restart.
/// </summary>
public sealed class ServiceUnderTest : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ServiceUnderTest(WebApplication app)
    {
        _app = app;
        Http = ServiceAccess.NewClient(new Uri(app.Urls.Single()));
    }

    public HttpClient Http { get; }

    /// <param name="build">The service's own <c>Build</c>.</param>
    /// <param name="services">Names and addresses of the services that it asks.</param>
    public static Task<ServiceUnderTest> StartAsync(
        Func<WebApplicationBuilder, WebApplication> build, string database, string broker, params (string Name, Uri Address)[] services) =>
        StartAsync(build, database, broker, [], services);

    /// <param name="settings">What else is configured.</param>
    public static Task<ServiceUnderTest> StartAsync(
        Func<WebApplicationBuilder, WebApplication> build,
        string database,
        string broker,
        IEnumerable<KeyValuePair<string, string?>> settings,
        params (string Name, Uri Address)[] services) =>
        StartAsync(build, database, broker, settings, TimeProvider.System, services);

    /// <param name="settings">What else is configured.</param>
    /// <param name="clock">The service's own.</param>
    public static async Task<ServiceUnderTest> StartAsync(
        Func<WebApplicationBuilder, WebApplication> build,
        string database,
        string broker,
        IEnumerable<KeyValuePair<string, string?>> settings,
        TimeProvider clock,
        params (string Name, Uri Address)[] services)
    {
        ArgumentNullException.ThrowIfNull(build);
        // Queues are named for the application, which is the service's assembly.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = build.Method.Module.Assembly.GetName().Name,
            EnvironmentName = "Production",
        });
        builder.Configuration.AddInMemoryCollection(
        [
            new("ConnectionStrings:algostack", database),
            new("ConnectionStrings:messaging", broker),
            new("urls", "http://127.0.0.1:0"),
            .. ServiceAccess.Settings,
            .. services.Select(service => KeyValuePair.Create($"services:{service.Name}:http:0", (string?)service.Address.ToString())),
        ]);
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(clock);
        var app = build(builder);
        await app.StartAsync(CancellationToken.None);
        return new ServiceUnderTest(app);
    }

    public IServiceProvider Services => _app.Services;

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public async Task<T> GetAsync<T>(string path) =>
        await Http.GetFromJsonAsync<T>(path, CancellationToken.None) ?? throw new InvalidDataException($"{path} answered null.");

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}
