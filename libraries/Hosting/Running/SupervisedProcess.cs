using System.Diagnostics;
using System.Globalization;

namespace Aspire.Hosting.Running;

/// <summary>
/// A process in a session of its own, so that Ctrl-C in the terminal reaches the host alone, which ends with the host even
/// when the host is killed. Between the two stands <c>supervise.sh</c>.
/// </summary>
internal sealed class SupervisedProcess : IAsyncDisposable
{
    /// <summary>How long an orphan gets for an orderly stop before it is killed.</summary>
    private static readonly TimeSpan OrphanGrace = TimeSpan.FromSeconds(10);

    /// <summary>Exit code reported when the supervisor itself was killed: 128 + SIGKILL, as a shell would say.</summary>
    private const int KilledWithSupervisor = 137;

    private readonly Process _supervisor;
    private readonly string _stopSignal;
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SupervisedProcess(Process supervisor, int pid, string stopSignal)
    {
        _supervisor = supervisor;
        _stopSignal = stopSignal;
        Pid = pid;
        _ = ReadExitAsync();
    }

    public int Pid { get; }

    /// <summary>The exit code once the process has ended; 128 + n when signal n ended it.</summary>
    public Task<int> Exited => _exited.Task;

    public static async Task<SupervisedProcess> StartAsync(ProcessSpec spec, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("setsid")
        {
            WorkingDirectory = spec.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        string[] supervise =
        [
            "bash", Path.Combine(AppContext.BaseDirectory, "supervise.sh"), spec.LogPath, spec.LockPath ?? "/dev/null",
            spec.StopSignal, ((int)OrphanGrace.TotalSeconds).ToString(CultureInfo.InvariantCulture),
        ];
        // The supervisor is one thread, so the death signal is safe here: it covers a supervisor that is itself killed.
        string[] setpriv = ["setpriv", "--pdeathsig", spec.StopSignal];
        string[] user = spec.User is { } name ? [$"--reuid={name}", $"--regid={name}", "--clear-groups"] : [];
        foreach (var argument in (IEnumerable<string>)[.. supervise, .. setpriv, .. user, "--", spec.Command, .. spec.Arguments])
            start.ArgumentList.Add(argument);

        foreach (var (variable, value) in spec.Environment) start.Environment[variable] = value;

        var supervisor = Process.Start(start)
            ?? throw new DistributedApplicationException($"{spec.Command} could not be started.");
        string? line;
        try
        {
            line = await supervisor.StandardOutput.ReadLineAsync(CancellationToken.None).AsTask().WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await GiveUpAsync(supervisor);
            throw;
        }

        if (line is null || !line.StartsWith("started ", StringComparison.Ordinal))
        {
            throw new DistributedApplicationException(
                $"{spec.Command} was not started ({line ?? "no answer from its supervisor"}); its log is {spec.LogPath}.");
        }

        return new SupervisedProcess(supervisor, int.Parse(line["started ".Length..], CultureInfo.InvariantCulture), spec.StopSignal);
    }

    /// <summary>Runs to the end; an exit code other than 0 is an error that shows the end of the output.</summary>
    public static async Task RunAsync(ProcessSpec spec, CancellationToken cancellationToken)
    {
        await using var process = await StartAsync(spec, cancellationToken);
        var code = await process.Exited.WaitAsync(cancellationToken);
        if (code != 0)
        {
            throw new DistributedApplicationException(
                $"{spec.Command} ended with exit code {code}:{Environment.NewLine}{await LogFile.TailAsync(spec.LogPath, cancellationToken)}");
        }
    }

    /// <summary>Asks for an orderly stop and, after the grace period, kills the process and all its descendants.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        Send(_stopSignal);
        try
        {
            await Exited.WaitAsync(grace);
        }
        catch (TimeoutException)
        {
            Kill();
            await Exited;
        }
    }

    public void Kill()
    {
        try
        {
            // By descent and not by group: a descendant may have made a session of its own.
            using var process = Process.GetProcessById(Pid);
            if (!Exited.IsCompleted) process.Kill(entireProcessTree: true);
        }
        catch (ArgumentException)
        {
            // Already gone.
        }
    }

    /// <summary>Kills the process and its group without waiting or looking for descendants elsewhere; for a host about to end.</summary>
    public void Abandon() => Send("KILL");

    public async ValueTask DisposeAsync()
    {
        if (!Exited.IsCompleted) await StopAsync(TimeSpan.FromSeconds(5));
        _supervisor.Dispose();
    }

    // By closing the pipe, as a host that dies does. Killing the supervisor would leave the process's own children: the
    // death signal takes their parent away before they can be found.
    private static async Task GiveUpAsync(Process supervisor)
    {
        supervisor.StandardInput.Close();
        try
        {
            await supervisor.WaitForExitAsync(CancellationToken.None).WaitAsync(StopBounds.Server);
        }
        catch (TimeoutException)
        {
            // It still waits for the lock and has started nothing.
            supervisor.Kill(entireProcessTree: true);
        }

        supervisor.Dispose();
    }

    private void Send(string signal)
    {
        try
        {
            _supervisor.StandardInput.WriteLine(signal);
            _supervisor.StandardInput.Flush();
        }
        catch (IOException)
        {
            // The supervisor has ended, and the process with it.
        }
    }

    private async Task ReadExitAsync()
    {
        // Not by awaiting the line: a read of a pipe holds a thread of the pool for as long as the process lives.
        await _supervisor.WaitForExitAsync();
        var line = await _supervisor.StandardOutput.ReadLineAsync();
        var reported = line?.StartsWith("exited ", StringComparison.Ordinal) == true;
        if (!reported) Kill();

        _exited.SetResult(reported ? int.Parse(line!["exited ".Length..], CultureInfo.InvariantCulture) : KilledWithSupervisor);
    }
}
