using Aspire.Hosting.Running;

namespace Aspire.Hosting.Tests;

/// <summary>An application run inside the test, its state in a folder that goes with it.</summary>
internal sealed class HostedApplication : IAsyncDisposable
{
    private readonly StateDirectory _state;
    private readonly DistributedApplication _application;

    private HostedApplication(StateDirectory state, DistributedApplication application)
    {
        _state = state;
        _application = application;
    }

    public string StatePath => _state.Path;

    public IReadOnlyList<ResourceRunner> Runners => _application.Current!.Runners;

    /// <summary>Ends when nothing is run any more, or is about to be.</summary>
    public Task Completion => _application.Current!.Completion;

    public static async Task<HostedApplication> StartAsync(Action<IDistributedApplicationBuilder> describe)
    {
        var state = new StateDirectory();
        var builder = new DistributedApplicationBuilder(AppContext.BaseDirectory, state.Path);
        describe(builder);
        var application = new HostedApplication(state, builder.Build());
        await application._application.StartAsync();
        return application;
    }

    public ResourceRunner Runner(string name) => Runners.Single(runner => string.Equals(runner.Instance.Name, name, StringComparison.Ordinal));

    public async Task<ResourceStatus> WaitForAsync(string name, ResourceState state, int seconds = 60)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        ResourceStatus? found = null;
        try
        {
            await Runner(name).WaitUntilAsync(status => (found = status).State == state, timeout.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"{name} was expected to be {state} within {seconds} s and is {found}.", e);
        }

        return found!;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _state.Dispose();
    }
}

/// <summary>A new state folder under the temporary folder, where every account may reach it.</summary>
internal sealed class StateDirectory : IDisposable
{
    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"algostack-hosting-{Guid.NewGuid():n}");

    public void Dispose()
    {
        if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
    }
}
