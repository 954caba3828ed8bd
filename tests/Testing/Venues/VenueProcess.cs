using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Aspire.Hosting.Running;

namespace AlgoStack.Testing.Venues;

/// <summary>The simulated broker of <c>tests/VenueSim</c>, a process that can be killed and started again on its port and file.</summary>
public sealed class VenueProcess : IAsyncDisposable
{
    public const string Key = "PKTEST00000000000000";
    public const string Secret = "alpacaTestSecret";

    private const string Project = "AlgoStack.VenueSim";
    private const string FirstLine = "listening on ";

    private readonly string _folder;
    private readonly int _port;
    private readonly decimal _cash;
    private SupervisedProcess? _process;
    private int _starts;

    private VenueProcess(decimal cash)
    {
        _cash = cash;
        _folder = TestServers.NewFolder(Project);
        // Not one that the system gives: it could go to a client that dials while the venue is down.
        _port = LoopbackPorts.Any();
        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://{IPAddress.Loopback}:{_port}"));
        Http = new HttpClient { BaseAddress = Address };
        Http.DefaultRequestHeaders.Add("APCA-API-KEY-ID", Key);
        Http.DefaultRequestHeaders.Add("APCA-API-SECRET-KEY", Secret);
    }

    public Uri Address { get; }

    public Uri StreamAddress => new UriBuilder(Address) { Scheme = "ws", Path = "/stream" }.Uri;

    /// <summary>With the keys that the venue knows.</summary>
    public HttpClient Http { get; }

    /// <summary>The durable file.</summary>
    public string File => Path.Combine(_folder, "venue.jsonl");

    /// <param name="cash">What the account begins with, in USD.</param>
    public static async Task<VenueProcess> StartAsync(decimal cash = 100_000)
    {
        var venue = new VenueProcess(cash);
        await venue.RestartAsync();
        return venue;
    }

    /// <summary>Starts it again after <see cref="KillAsync"/>; returns when it listens.</summary>
    /// <exception cref="InvalidOperationException">It ended instead; the message has the end of its log.</exception>
    public async Task RestartAsync()
    {
        var configuration = AppContext.BaseDirectory.Contains("/release", StringComparison.OrdinalIgnoreCase) ? "release" : "debug";
        var program = Path.Combine(Repository.Root, "artifacts", "bin", Project, configuration, $"{Project}.dll");
        var log = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"venue-{++_starts}.log"));
        string[] arguments =
        [
            program, "--port", _port.ToString(CultureInfo.InvariantCulture), "--file", File,
            "--cash", _cash.ToString(CultureInfo.InvariantCulture), "--key", Key, "--secret", Secret,
        ];
        _process = await SupervisedProcess.StartAsync(
            new ProcessSpec(BuiltProject.DotnetPath, arguments, _folder, log)
            {
                // Few live long enough to get back what it costs.
                Environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["DOTNET_TieredPGO"] = "0" },
            },
            CancellationToken.None);
        await Eventually.True(
            async () =>
            {
                var said = await LogFile.TailAsync(log, CancellationToken.None);
                if (_process.Exited.IsCompleted)
                    throw new InvalidOperationException($"The venue ended with exit code {await _process.Exited}:\n{said}");

                return said.StartsWith(FirstLine, StringComparison.Ordinal);
            },
            what: "the venue listens");
    }

    /// <summary>As <c>kill -9</c> does; returns when it is gone.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.Exited;
        await _process.DisposeAsync();
    }

    /// <summary>A call of <c>/sim</c>, which the project's README lists.</summary>
    /// <exception cref="HttpRequestException">The venue refused it; the message has its answer.</exception>
    public async Task TellAsync(string path, object body)
    {
        using var answer = await Http.PostAsJsonAsync(new Uri($"/sim/{path}", UriKind.Relative), body, CancellationToken.None);
        if (!answer.IsSuccessStatusCode)
            throw new HttpRequestException($"/sim/{path}: {await answer.Content.ReadAsStringAsync(CancellationToken.None)}");
    }

    public Task SetPriceAsync(string symbol, decimal price, decimal? available = null) =>
        TellAsync("prices", new Dictionary<string, object>(StringComparer.Ordinal) { [symbol] = new { price, available } });

    /// <param name="faults">Members of <c>/sim/faults</c>; those left out are switched off.</param>
    public Task SwitchFaultsAsync(object faults) => TellAsync("faults", faults);

    /// <summary>What the file says now.</summary>
    public VenueLedger ReadLedger() => VenueLedger.Read(File);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_process is { Exited.IsCompleted: false }) await KillAsync();
    }
}
