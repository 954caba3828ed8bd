using System.Diagnostics;
using AlgoStack.Campaigns.Store;

namespace AlgoStack.Campaigns.Processes;

/// <summary>This program again, as a process of its own that can be killed.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Task _reading;

    private ChildProcess(Process process, Action<string> onLine)
    {
        _process = process;
        _reading = Task.Run(async () =>
        {
            while (await process.StandardOutput.ReadLineAsync() is { } line) onLine(line);
        });
    }

    /// <param name="onLine">Given every line it writes, those before a kill too.</param>
    public static ChildProcess Start(string program, string argument, string connectionString, Action<string> onLine)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ChildProcess).Assembly.Location, program, argument])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment[CampaignStore.ConnectionVariable] = connectionString;
        // Few live long enough to get back what it costs.
        start.Environment["DOTNET_TieredPGO"] = "0";
        return new ChildProcess(Process.Start(start)!, onLine);
    }

    /// <summary>As <c>kill -9</c> does; returns when it is gone and all it wrote is read.</summary>
    public async Task KillAsync()
    {
        if (_process.HasExited) throw new InvalidOperationException($"A process that was to be killed has ended by itself with exit code {_process.ExitCode}.");

        _process.Kill();
        await _process.WaitForExitAsync();
        await _reading;
    }

    /// <summary>Lets it end in order; returns when it has and all it wrote is read.</summary>
    /// <exception cref="InvalidOperationException">It ended with another exit code than 0.</exception>
    /// <exception cref="TimeoutException">It did not end.</exception>
    public async Task StopAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(StopTimeout);
        await _reading;
        if (_process.ExitCode != 0) throw new InvalidOperationException($"A process ended with exit code {_process.ExitCode}.");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
