using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using AlgoStack.Cli.Reaching;
using AlgoStack.Contracts.Operations;

namespace AlgoStack.Cli.Commands;

/// <summary><c>algo doctor</c>: is everything that AlgoStack needs well? One line each.</summary>
internal static class DoctorCommand
{
    private const long LeastFreeDisk = 1L << 30;

    // Orders and bars are stamped in UTC by this machine and the console's.
    private static readonly TimeSpan LargestClockDifference = TimeSpan.FromSeconds(2);

    public static Command Create(SharedOptions shared)
    {
        var command = new Command("doctor", "Check the console, every service, database, broker, clock and disk.");
        shared.SetAction(command, async (parsed, terminal, cancellationToken) =>
        {
            var checks = new List<Check>();
            await foreach (var check in ChecksAsync(parsed.GetValue(shared.Url), cancellationToken))
            {
                checks.Add(check);
                terminal.Line($"{(check.Ok ? "ok " : "BAD")}  {check.Name,-16} {check.Detail}");
            }

            terminal.Result(new { ok = checks.TrueForAll(c => c.Ok), checks });
            return checks.TrueForAll(c => c.Ok) ? ExitCode.Ok : ExitCode.Failed;
        });
        return command;
    }

    private static async IAsyncEnumerable<Check> ChecksAsync(
        string? url, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (console, status, elapsed) = await StatusAsync(url, cancellationToken);
        yield return console;
        foreach (var service in status?.Services ?? [])
        {
            var latency = service.LatencyMs is { } ms ? string.Create(CultureInfo.InvariantCulture, $"{ms:0} ms") : "";
            yield return new Check(service.Service, service.State == "healthy", service.State == "healthy" ? $"ready, {latency}" : $"{service.State}: {service.Detail}");
        }

        if (status is not null)
        {
            yield return Shared("database", status, "database", "postgres");
            yield return Shared("broker", status, "bus", "messaging");
            yield return Clock(status, elapsed);
        }

        yield return Disk();
    }

    private static async Task<(Check Check, SystemStatus? Status, TimeSpan Elapsed)> StatusAsync(string? url, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            using var console = new ConsoleClient(ConsoleAddress.Find(url));
            var status = await console.GetAsync<SystemStatus>("/api/v1/status", cancellationToken);
            var elapsed = Stopwatch.GetElapsedTime(started);
            return (new Check("console", true, string.Create(CultureInfo.InvariantCulture, $"{console.Address} answers in {elapsed.TotalMilliseconds:0} ms")), status, elapsed);
        }
        catch (Exception e) when (e is NotReachableException or ConsoleProblemException or CommandFailedException)
        {
            return (new Check("console", false, e.Message), null, default);
        }
    }

    // No service of ours is asked about a server directly: each says whether it reaches it.
    private static Check Shared(string name, SystemStatus status, params string[] names)
    {
        var said = status.Services
            .SelectMany(s => s.Checks.Select(c => (s.Service, Check: c)))
            .Where(s => names.Contains(s.Check.Name, StringComparer.OrdinalIgnoreCase))
            .ToArray();
        if (said.Length == 0) return new Check(name, false, "no service says that it reaches it");

        var bad = said.Where(s => s.Check.State != "healthy").ToArray();
        return bad.Length == 0
            ? new Check(name, true, $"reached by {string.Join(", ", said.Select(s => s.Service))}")
            : new Check(name, false, string.Join("; ", bad.Select(s => $"{s.Service}: {s.Check.Detail ?? s.Check.State}")));
    }

    private static Check Clock(SystemStatus status, TimeSpan elapsed)
    {
        // The status is at most one round of polling old.
        var difference = TimeProvider.System.GetUtcNow() - status.At - elapsed;
        var oldest = TimeSpan.FromSeconds(5);
        var off = difference < -LargestClockDifference || difference > LargestClockDifference + oldest;
        return new Check("clock", !off, off
            ? string.Create(CultureInfo.InvariantCulture, $"this machine and the console differ by {difference.TotalSeconds:0.0} s")
            : string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd HH:mm:ss}Z, as the console's"));
    }

    private static Check Disk()
    {
        var folder = ConsoleAddress.StateFolder();
        while (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } parent) folder = parent;
        var free = new DriveInfo(folder).AvailableFreeSpace;
        return new Check("disk", free >= LeastFreeDisk, string.Create(
            CultureInfo.InvariantCulture, $"{free / (double)(1L << 30):0.0} GiB free at {folder}{(free < LeastFreeDisk ? ", expected 1 GiB" : "")}"));
    }

    private sealed record Check(string Name, bool Ok, string Detail);
}
