using System.Diagnostics;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Running;

/// <summary>Starts one instance when what it waits for is there, watches its health, and starts it again after a crash.</summary>
internal sealed class ResourceRunner(ResourceInstance instance)
{
    /// <summary>The pause after the first crash; it doubles with each further one up to the longest.</summary>
    public static readonly TimeSpan FirstRestartDelay = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan LongestRestartDelay = TimeSpan.FromSeconds(32);

    /// <summary>EX_CONFIG of sysexits.h: as things are it must not run, and starting it again would change nothing.</summary>
    private const int Misconfigured = 78;

    /// <summary>Who ran this long before crashing starts again with the first pause.</summary>
    private static readonly TimeSpan StableAfter = TimeSpan.FromSeconds(60);

    /// <summary>Who is not healthy by then is shown as unhealthy, with the reason; it may still become so.</summary>
    public static readonly TimeSpan HealthyWithin = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan ProbeIntervalStarting = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan ProbeIntervalHealthy = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private ResourceStatus _status = new(ResourceState.Waiting);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public event EventHandler? Changed;

    public ResourceInstance Instance => instance;

    /// <summary>How often it has ended without being asked to.</summary>
    public int Crashes { get; private set; }

    public ResourceStatus Status
    {
        get
        {
            lock (_gate) return _status;
        }
    }

    /// <summary>
    /// Runs until told to stop, or until the instance has finished or says that it must not run. Throws when it cannot be run at all.
    /// </summary>
    public async Task RunAsync(IReadOnlyList<(WaitAnnotation Wait, ResourceRunner Runner)> dependencies, CancellationToken stopping)
    {
        try
        {
            foreach (var (wait, runner) in dependencies)
            {
                Set(new ResourceStatus(ResourceState.Waiting, $"for {runner.Instance.Name}"));
                await runner.WaitUntilAsync(status => IsThere(status, wait), stopping);
            }

            while (instance.IsBeingBuilt)
            {
                Set(new ResourceStatus(ResourceState.Waiting, "for its build"));
                await Task.Delay(ProbeIntervalStarting, stopping);
            }

            var delay = FirstRestartDelay;
            while (true)
            {
                var started = Stopwatch.GetTimestamp();
                var code = await RunOnceAsync(stopping);
                if (instance.IsFinished(code))
                {
                    Set(new ResourceStatus(ResourceState.Finished, $"exit code {code}", ExitCode: code));
                    return;
                }

                if (code == Misconfigured)
                {
                    var why = await LogFile.LastLineAsync(instance.LogPath, stopping);
                    Set(new ResourceStatus(ResourceState.Failed, $"exit code {code}: {why}", ExitCode: code));
                    return;
                }

                Crashes++;
                if (Stopwatch.GetElapsedTime(started) > StableAfter) delay = FirstRestartDelay;
                Set(new ResourceStatus(ResourceState.Crashed, $"exit code {code}, again in {delay.TotalSeconds} s", ExitCode: code));
                await Task.Delay(delay, stopping);
                delay = delay * 2 < LongestRestartDelay ? delay * 2 : LongestRestartDelay;
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            Set(new ResourceStatus(ResourceState.Stopped));
        }
        catch (Exception e)
        {
            Set(new ResourceStatus(ResourceState.Failed, e.Message));
            throw;
        }
    }

    public void LeaveOut() => Set(new ResourceStatus(ResourceState.NotStarted));

    public async Task WaitUntilAsync(Func<ResourceStatus, bool> condition, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (condition(_status)) return;
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    private static bool IsThere(ResourceStatus status, WaitAnnotation wait) => wait.ExitCode is { } code
        ? status.State is ResourceState.Finished && status.ExitCode == code
        : status.State is ResourceState.Healthy;

    private async Task<int> RunOnceAsync(CancellationToken stopping)
    {
        Set(new ResourceStatus(ResourceState.Starting));
        var spec = await instance.PrepareAsync(stopping);
        if (spec is null)
        {
            await WatchHealthAsync(pid: null, stopping);
            throw new OperationCanceledException(stopping);
        }

        LogFile.Bound(instance.LogPath);
        await using var process = await SupervisedProcess.StartAsync(spec, stopping);
        Set(new ResourceStatus(ResourceState.Starting, Pid: process.Pid));
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var watch = WatchHealthAsync(process.Pid, watching.Token);
        try
        {
            // A failing watch is the end too: it means that the instance is described wrongly.
            await (await Task.WhenAny(process.Exited, watch)).WaitAsync(stopping);
            return await process.Exited.WaitAsync(stopping);
        }
        finally
        {
            await watching.CancelAsync();
            await watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!process.Exited.IsCompleted)
            {
                Set(new ResourceStatus(ResourceState.Stopping, Pid: process.Pid));
                await process.StopAsync(instance.StopGrace);
            }
        }
    }

    private async Task WatchHealthAsync(int? pid, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var wasHealthy = false;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var reason = await instance.ProbeAsync(cancellationToken);
                if (reason is null)
                {
                    if (!wasHealthy) await instance.OnHealthyAsync(cancellationToken);
                    wasHealthy = true;
                    Set(new ResourceStatus(ResourceState.Healthy, Pid: pid));
                }
                else if (wasHealthy || Stopwatch.GetElapsedTime(started) > HealthyWithin)
                {
                    Set(new ResourceStatus(ResourceState.Unhealthy, reason, pid));
                }

                LogFile.Bound(instance.LogPath);
                await Task.Delay(Status.State is ResourceState.Healthy ? ProbeIntervalHealthy : ProbeIntervalStarting, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private void Set(ResourceStatus status)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            if (_status == status) return;
            _status = status;
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
        Changed?.Invoke(this, EventArgs.Empty);
    }
}
