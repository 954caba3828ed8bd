using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Aspire.Hosting.Running;

namespace AlgoStack.Testing.Running;

/// <summary>Runs every built test project, shows each one's result, and ends with coverage and the totals.</summary>
internal sealed class TestRun(string root, TextWriter output) : IDisposable
{
    private static readonly TimeSpan ProjectTimeout = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan ProjectTimeoutOfAll = TimeSpan.FromMinutes(50);
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(10);

    // Two run at a time: one of these, which compute or wait for processes of their own, and one of the others,
    // which share a PostgreSQL and a RabbitMQ. Whoever has none left of the one kind takes the other.
    private static readonly string[] ProjectsApart =
    [
        "Architecture.Tests", "Backtesting.Tests", "BarFiles.Tests", "Contracts.Tests", "Engine.Tests", "Hosting.Tests", "Indicators.Tests",
        "ServiceDefaults.Tests", "Simulation.Tests", "Strategies.Tests", "Trading.Tests", "VenueSim.Tests",
    ];

    // In this order before the others, so that neither is alone for long in the end.
    private static readonly string[] LongestFirst =
        ["Gateway.Tests", "BrokerRouting.Tests", "System.Tests", "EventStore.Tests", "ServiceDefaults.Tests", "Hosting.Tests", "Ingestion.Tests", "Engine.Tests", "Benchmarks.Tests"];

    private readonly string _results = Path.Combine(root, "artifacts", "test");
    private readonly Coverage _coverage = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _reporting = new(1);

    /// <returns>The exit code: 0 when every project ran at least one test and none failed.</returns>
    public async Task<int> RunAsync()
    {
        using var interrupt = StopOn(PosixSignal.SIGINT);
        using var terminate = StopOn(PosixSignal.SIGTERM);
        using var hangUp = StopOn(PosixSignal.SIGHUP);
        if (Directory.Exists(_results)) Directory.Delete(_results, recursive: true);

        var postgres = TestServers.PostgresAsync();
        var rabbitMQ = await TestServers.RabbitMQAsync();
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            [TestServers.PostgresVariable] = await postgres,
            [TestServers.RabbitMQVariable] = rabbitMQ.Amqp.OriginalString,
            [TestServers.ManagementVariable] = rabbitMQ.Management.OriginalString,
            // Whoever starts and compiles all the time pays a fifteenth for pages that are not written and run at once.
            ["DOTNET_EnableWriteXorExecute"] = "0",
            // And a fifth for code that counts what it does, to be compiled once more from the counts.
            ["DOTNET_TieredPGO"] = "0",
        };

        var projects = Directory.GetDirectories(Path.Combine(root, "tests"), "*.Tests")
            .Select(folder => Path.GetFileName(folder))
            .OrderBy(project => Array.IndexOf(LongestFirst, project) is >= 0 and var place ? place : LongestFirst.Length).ThenBy(project => project, StringComparer.Ordinal)
            .ToLookup(project => ProjectsApart.Contains(project, StringComparer.Ordinal));
        var (sharing, apart) = (new ConcurrentQueue<string>(projects[false]), new ConcurrentQueue<string>(projects[true]));
        var counts = await Task.WhenAll(RunInTurnAsync(sharing, apart, environment), RunInTurnAsync(apart, sharing, environment));
        var total = counts[0] + counts[1];

        await output.WriteLineAsync($"line coverage {_coverage}");
        await output.WriteLineAsync(total.ToString());
        return total is { Failed: 0, Passed: > 0 } && !_stop.IsCancellationRequested ? 0 : 1;
    }

    public void Dispose()
    {
        _stop.Dispose();
        _reporting.Dispose();
    }

    /// <summary>Runs projects from one queue, and once it is empty from the other.</summary>
    private async Task<TestCounts> RunInTurnAsync(ConcurrentQueue<string> own, ConcurrentQueue<string> others, Dictionary<string, string?> environment)
    {
        var total = new TestCounts(0, 0, 0);
        while (!_stop.IsCancellationRequested && (own.TryDequeue(out var project) || others.TryDequeue(out project)))
            total += await RunProjectAsync(project, environment);
        return total;
    }

    private async Task<TestCounts> RunProjectAsync(string project, Dictionary<string, string?> environment)
    {
        var started = Stopwatch.GetTimestamp();
        var folder = Directory.CreateDirectory(Path.Combine(_results, project)).FullName;
        var assembly = Path.Combine(root, "artifacts", "bin", $"AlgoStack.{project}", "debug", $"AlgoStack.{project}.dll");
        string[] arguments =
        [
            "test", assembly, "--results-directory", folder, "--logger", "trx;LogFileName=result.trx",
            "--collect", "XPlat Code Coverage", "--test-adapter-path", CoverletFolder(), "--settings", Path.Combine(root, "eng", "test.runsettings"),
        ];
        var log = Path.Combine(folder, "output.log");
        var ended = await RunToEndAsync(new ProcessSpec(BuiltProject.DotnetPath, arguments, root, log) { Environment = environment });

        await _reporting.WaitAsync(CancellationToken.None);
        try
        {
            return await ReportAsync(project, folder, ended, log, Stopwatch.GetElapsedTime(started));
        }
        finally
        {
            _reporting.Release();
        }
    }

    private async Task<TestCounts> ReportAsync(string project, string folder, string? ended, string log, TimeSpan took)
    {
        var result = TestResult.Read(Path.Combine(folder, "result.trx"));
        foreach (var report in Directory.GetFiles(folder, "coverage.cobertura.xml", SearchOption.AllDirectories)) _coverage.Add(report);

        var counts = result.Counts;
        var ranNone = counts == new TestCounts(0, 0, 0);
        // What did not run to its end proves nothing, so it counts as a failure.
        if ((ended is not null || ranNone) && counts.Failed == 0) counts = counts with { Failed = 1 };

        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{project,-24} {counts,-42} {took.TotalSeconds,6:0.0} s"));
        foreach (var failure in result.Failures) await output.WriteLineAsync($"  FAILED {failure}");
        if (ended is not null)
            await output.WriteLineAsync($"  {ended}; {log} ends:\n{await LogFile.TailAsync(log, CancellationToken.None)}");
        else if (ranNone)
            await output.WriteLineAsync($"  it ran no test; its output is {log}");
        return counts;
    }

    /// <returns>Null when the tests ran to their end, passed or not, else what happened instead.</returns>
    private async Task<string?> RunToEndAsync(ProcessSpec spec)
    {
        const int TestsFailed = 1;
        var timeout = Environment.GetEnvironmentVariable("ALGOSTACK_TEST_ALL") is "1" ? ProjectTimeoutOfAll : ProjectTimeout;
        var process = await SupervisedProcess.StartAsync(spec, CancellationToken.None);
        await using (process)
        {
            try
            {
                var code = await process.Exited.WaitAsync(timeout, _stop.Token);
                return code is 0 or TestsFailed && !await AbortedAsync(spec.LogPath) ? null : $"it crashed (exit code {code})";
            }
            catch (TimeoutException)
            {
                process.Kill();
                return $"it did not end within {timeout.TotalMinutes} min";
            }
            catch (OperationCanceledException)
            {
                await process.StopAsync(StopGrace);
                return "it was interrupted";
            }
        }
    }

    // A test host that dies leaves exit code 1, as failed tests do, and the results up to then.
    private static async Task<bool> AbortedAsync(string log) =>
        (await File.ReadAllTextAsync(log)).Contains("Test Run Aborted", StringComparison.Ordinal);

    private static string CoverletFolder() => typeof(TestRun).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => string.Equals(metadata.Key, "Coverlet", StringComparison.Ordinal)).Value!;

    private PosixSignalRegistration StopOn(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        _stop.Cancel();
    });
}
