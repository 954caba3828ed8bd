using System.Reflection;
using System.Runtime.InteropServices;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Running;

namespace Aspire.Hosting;

/// <summary>The application: servers and services as local processes of this host, which end with it.</summary>
public sealed class DistributedApplication : IAsyncDisposable, IDisposable
{
    private const int Failure = 1;

    private readonly string _appHostDirectory;
    private readonly string _statePath;
    private readonly IReadOnlyList<IResource> _resources;
    private ApplicationRun? _run;

    internal DistributedApplication(string appHostDirectory, string statePath, IReadOnlyList<IResource> resources)
    {
        _statePath = statePath;
        _appHostDirectory = appHostDirectory;
        _resources = resources;
    }

    internal ApplicationRun? Current => _run;

    /// <param name="args">Not used here.</param>
    public static IDistributedApplicationBuilder CreateBuilder(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        var appHostDirectory = AppHostDirectory();
        return new DistributedApplicationBuilder(appHostDirectory, StateFolder.PathFor(appHostDirectory));
    }

    /// <summary>Starts everything and returns before it is healthy. Throws when the state folder is in use.</summary>
    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _run = ApplicationRun.Create(_appHostDirectory, _statePath, _resources);
        _run.Start();
        return Task.CompletedTask;
    }

    /// <summary>Stops services, then servers; after 15 s at most nothing is left.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (_run is null) return;

        await _run.DisposeAsync().AsTask().WaitAsync(cancellationToken);
        _run = null;
    }

    public void Run() => RunAsync().GetAwaiter().GetResult();

    /// <summary>
    /// Runs, with each resource's state shown, until Ctrl-C, SIGTERM, a closed terminal or the token stops it. What makes
    /// running impossible is said in one sentence and leaves exit code 1.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var interrupt = StopOn(PosixSignal.SIGINT, stop);
        using var terminate = StopOn(PosixSignal.SIGTERM, stop);
        using var hangUp = StopOn(PosixSignal.SIGHUP, stop);
        TerminalView? view = null;
        try
        {
            _run = ApplicationRun.Create(_appHostDirectory, _statePath, _resources);
            view = new TerminalView(_run, Console.Out, TerminalView.IsTerminal);
            _run.Start();
            await _run.Completion.WaitAsync(stop.Token);
            await Task.Delay(Timeout.Infinite, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop.
        }
        catch (DistributedApplicationException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            Environment.ExitCode = Failure;
        }
        finally
        {
            await StopAsync(CancellationToken.None);
            view?.Dispose();
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private static PosixSignalRegistration StopOn(PosixSignal signal, CancellationTokenSource stop) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            // Once is a request; whoever asks twice means now, and the supervisors end what is left.
            context.Cancel = !stop.IsCancellationRequested;
            if (!stop.IsCancellationRequested) stop.Cancel();
        });

    // The build notes where the host's project is, so that it can be started from any folder.
    private static string AppHostDirectory() =>
        Assembly.GetEntryAssembly()?.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(metadata => string.Equals(metadata.Key, "AppHostProjectPath", StringComparison.OrdinalIgnoreCase))?.Value
        ?? AppContext.BaseDirectory;
}
