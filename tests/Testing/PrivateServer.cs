using System.Diagnostics;
using Aspire.Hosting;
using Aspire.Hosting.Running;

namespace AlgoStack.Testing;

/// <summary>A running PostgreSQL or RabbitMQ. Killed and started again it keeps port, credentials and data.</summary>
public sealed class PrivateServer : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(100);

    private readonly string _name;
    private readonly ProcessSpec _spec;
    private readonly Func<CancellationToken, Task<string?>> _probe;
    private SupervisedProcess _process;

    private PrivateServer(string name, string connectionString, ProcessSpec spec, Func<CancellationToken, Task<string?>> probe, SupervisedProcess process)
    {
        _name = name;
        _spec = spec;
        _probe = probe;
        _process = process;
        ConnectionString = connectionString;
    }

    /// <summary>Npgsql's form for PostgreSQL, an amqp URI for RabbitMQ.</summary>
    public string ConnectionString { get; }

    public int Pid => _process.Pid;

    /// <summary>Where its data and log are.</summary>
    public string Folder => Path.GetDirectoryName(_spec.LogPath)!;

    /// <summary>As <c>kill -9</c> does; returns when it is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.Exited;
    }

    /// <summary>Starts it again after <see cref="KillAsync"/>; returns when it answers.</summary>
    public async Task RestartAsync()
    {
        _process = await SupervisedProcess.StartAsync(_spec, CancellationToken.None);
        await WaitUntilItAnswersAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.Exited.IsCompleted) await _process.StopAsync(StopGrace);
        await _process.DisposeAsync();
    }

    internal static async Task<PrivateServer> StartAsync(
        string name, string connectionString, ProcessSpec spec, Func<CancellationToken, Task<string?>> probe)
    {
        var server = new PrivateServer(name, connectionString, spec, probe, await SupervisedProcess.StartAsync(spec, CancellationToken.None));
        await server.WaitUntilItAnswersAsync();
        return server;
    }

    internal void Abandon() => _process.Abandon();

    private async Task WaitUntilItAnswersAsync()
    {
        var started = Stopwatch.GetTimestamp();
        while (await _probe(CancellationToken.None) is { } reason)
        {
            if (_process.Exited.IsCompleted)
            {
                var (code, log) = (await _process.Exited, await LogFile.TailAsync(_spec.LogPath, CancellationToken.None));
                throw new DistributedApplicationException($"{_name} ended with exit code {code} while starting:\n{log}");
            }

            if (Stopwatch.GetElapsedTime(started) > StartTimeout)
                throw new DistributedApplicationException($"{_name} did not answer within {StartTimeout.TotalSeconds} s: {reason}");

            await Task.Delay(ProbeInterval);
        }
    }
}
