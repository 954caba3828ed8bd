using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Aspire.Hosting.Running;

namespace Aspire.Hosting.Tests;

/// <summary>A host in a process of its own, as AppHost is.</summary>
internal sealed class HostProcess : IDisposable
{
    private readonly Process _process;
    private readonly string _statePath;
    private readonly StringBuilder _output = new();
    private readonly Task _reading;
    private readonly Task<string> _error;

    public HostProcess(string scenario, string statePath)
    {
        _statePath = statePath;
        var start = new ProcessStartInfo(BuiltProject.DotnetPath)
        {
            ArgumentList = { typeof(HostProcess).Assembly.Location, "host", scenario },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["ALGOSTACK_STATE"] = statePath;
        // `./test` lends its servers; a host under test brings its own.
        foreach (var given in start.Environment.Keys.Where(name => name.StartsWith("ConnectionStrings__", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(given);
        _process = Process.Start(start)!;
        _reading = ReadOutputAsync();
        _error = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>What it has printed so far.</summary>
    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    /// <summary>Everything it has printed, once it has ended.</summary>
    public async Task<string> OutputAsync()
    {
        await _reading;
        return Output;
    }

    public Task<string> ErrorAsync() => _error;

    /// <summary>Resource name to its line of endpoints.json; empty before there is one.</summary>
    public Dictionary<string, JsonElement> Endpoints()
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(File.ReadAllText(Path.Combine(_statePath, "endpoints.json")))!;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <exception cref="InvalidOperationException">It has ended.</exception>
    public bool Is(string resource, string state)
    {
        if (_process.HasExited) throw new InvalidOperationException($"Expected {resource} {state}, and the host has ended with {_process.ExitCode}: {Output}");

        return Endpoints().TryGetValue(resource, out var line) && string.Equals(line.GetProperty("state").GetString(), state, StringComparison.Ordinal);
    }

    public void Signal(PosixSignal signal)
    {
        var name = signal switch
        {
            PosixSignal.SIGINT => "INT",
            PosixSignal.SIGTERM => "TERM",
            _ => throw new ArgumentOutOfRangeException(nameof(signal), signal, "expected SIGINT or SIGTERM"),
        };
        using var kill = Process.Start("kill", ["-s", name, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Only itself, as <c>kill -9</c> does.</summary>
    public void Kill() => _process.Kill();

    public async Task<int> ExitCodeAsync(TimeSpan within)
    {
        using var timeout = new CancellationTokenSource(within);
        await _process.WaitForExitAsync(timeout.Token);
        return _process.ExitCode;
    }

    /// <summary>Processes that have the state folder in their command line or environment, the host's own children and theirs.</summary>
    public static IReadOnlyList<string> ProcessesOf(string statePath)
    {
        var found = new List<string>();
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out _)))
        {
            try
            {
                var command = File.ReadAllText(Path.Combine(folder, "cmdline")).Replace('\0', ' ');
                var environment = File.ReadAllText(Path.Combine(folder, "environ"));
                if (command.Contains(statePath, StringComparison.Ordinal) || environment.Contains(statePath, StringComparison.Ordinal))
                    found.Add($"{Path.GetFileName(folder)}: {command}");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has just ended, or belongs to somebody else.
            }
        }

        return found;
    }

    private async Task ReadOutputAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            lock (_output) _output.AppendLine(line);
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
