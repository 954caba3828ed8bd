using System.Globalization;
using System.Net;
using Aspire.Hosting.Running;

namespace AlgoStack.Testing.Services;

/// <summary>A service as the build left it, as a process of its own that can be killed, on a free loopback port.</summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    private readonly SupervisedProcess _process;

    private ServiceProcess(SupervisedProcess process, Uri address, string log)
    {
        _process = process;
        Http = ServiceAccess.NewClient(address);
        Log = log;
    }

    public HttpClient Http { get; }

    /// <summary>The file that it writes to.</summary>
    public string Log { get; }

    /// <summary>Its exit code, once it has ended.</summary>
    public Task<int> Exited => _process.Exited;

    /// <summary>Starts it, and does not wait until it answers.</summary>
    /// <param name="project">As in <c>AlgoStack.Backtest</c>.</param>
    /// <param name="services">Names and addresses of the services that it asks.</param>
    public static Task<ServiceProcess> StartAsync(string project, string database, string broker, params (string Name, Uri Address)[] services) =>
        StartAsync(project, database, broker, [], services);

    /// <inheritdoc cref="StartAsync(string, string, string, ValueTuple{string, Uri}[])"/>
    /// <param name="settings">What else is configured.</param>
    public static async Task<ServiceProcess> StartAsync(
        string project, string database, string broker, IEnumerable<KeyValuePair<string, string?>> settings, params (string Name, Uri Address)[] services)
    {
        var configuration = AppContext.BaseDirectory.Contains("/release", StringComparison.OrdinalIgnoreCase) ? "release" : "debug";
        var program = Path.Combine(Repository.Root, "artifacts", "bin", project, configuration, $"{project}.dll");
        var folder = TestServers.NewFolder(project);
        var address = string.Create(CultureInfo.InvariantCulture, $"http://{IPAddress.Loopback}:{LoopbackPorts.Any()}");
        var log = Path.Combine(folder, "service.log");
        var process = await SupervisedProcess.StartAsync(
            new ProcessSpec(BuiltProject.DotnetPath, [program], folder, log)
            {
                Environment = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["ASPNETCORE_URLS"] = address,
                    ["ConnectionStrings__algostack"] = database,
                    ["ConnectionStrings__messaging"] = broker,
                    // Few live long enough to get back what it costs.
                    ["DOTNET_TieredPGO"] = "0",
                }
                .Concat(services.Select(s => KeyValuePair.Create($"services__{s.Name}__http__0", (string?)s.Address.ToString())))
                .Concat(ServiceAccess.Settings.Concat(settings).Select(s => KeyValuePair.Create(s.Key.Replace(":", "__", StringComparison.Ordinal), s.Value)))
                .ToDictionary(StringComparer.Ordinal),
            },
            CancellationToken.None);
        return new ServiceProcess(process, new Uri(address), log);
    }

    /// <summary>Returns once it is ready for requests.</summary>
    /// <exception cref="InvalidOperationException">It ended instead; the message has the end of its log.</exception>
    public Task ReadyAsync() => Eventually.True(
        async () =>
        {
            if (_process.Exited.IsCompleted)
                throw new InvalidOperationException($"The service ended with exit code {await _process.Exited}:\n{await LogFile.TailAsync(Log, CancellationToken.None)}");

            try
            {
                using var answer = await Http.GetAsync(new Uri("/health/ready", UriKind.Relative), CancellationToken.None);
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        },
        TimeSpan.FromMinutes(2),
        "the service is ready");

    /// <summary>As <c>kill -9</c> does; returns when it is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.Exited;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _process.DisposeAsync();
    }
}
