using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Running;

/// <summary>A started application: its runners, its state folder, and how all of it stops.</summary>
internal sealed class ApplicationRun : IAsyncDisposable
{
    private readonly StateFolder _state;
    private readonly EndpointsFile _endpoints;
    private readonly CancellationTokenSource _stopServices = new();
    private readonly CancellationTokenSource _stopServers = new();
    private readonly List<Task> _services = [];
    private readonly List<Task> _servers = [];

    private ApplicationRun(StateFolder state, IReadOnlyList<ResourceRunner> runners)
    {
        _state = state;
        Runners = runners;
        _endpoints = new EndpointsFile(state.EndpointsFile, runners);
    }

    public IReadOnlyList<ResourceRunner> Runners { get; }

    public string StatePath => _state.Path;

    /// <summary>Healthy, or finished, or left out: nothing is on its way any more.</summary>
    public bool IsReady => Runners.All(runner => runner.Status.State is ResourceState.Healthy or ResourceState.Finished or ResourceState.NotStarted);

    /// <summary>Ends with an exception when a resource cannot be run at all, and else when all of them have finished.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Makes everything ready to start: takes the state folder, gives out ports. <see cref="Start"/> starts it.</summary>
    public static ApplicationRun Create(string appHostDirectory, string statePath, IReadOnlyList<IResource> resources)
    {
        var state = StateFolder.Open(statePath);
        try
        {
            foreach (var resource in resources)
            {
                foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
                    endpoint.Ports = [.. Enumerable.Range(0, Replicas(resource)).Select(replica => PortOf(endpoint, replica))];
            }

            return new ApplicationRun(state, [.. resources.SelectMany(resource => Instances(resource, resources, state, appHostDirectory)).Select(instance => new ResourceRunner(instance))]);
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }

    public void Start()
    {
        foreach (var runner in Runners)
        {
            if (runner.Instance.Resource.Annotations.OfType<ExplicitStartAnnotation>().Any())
            {
                runner.LeaveOut();
                continue;
            }

            var dependencies = runner.Instance.Resource.Annotations.OfType<WaitAnnotation>()
                .SelectMany(wait => RunnersOf(wait.Dependency).Select(dependency => (wait, dependency)))
                .ToArray();
            var (tasks, stop) = runner.Instance.IsServer ? (_servers, _stopServers) : (_services, _stopServices);
            tasks.Add(Task.Run(() => runner.RunAsync(dependencies, stop.Token), CancellationToken.None));
        }

        Completion = FirstFailureAsync([.. _services, .. _servers]);
    }

    /// <summary>Services first, servers last. Processes that do not stop in time are killed with their descendants.</summary>
    public async Task StopAsync()
    {
        await _stopServices.CancelAsync();
        await Task.WhenAll(_services).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _stopServers.CancelAsync();
        await Task.WhenAll(_servers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        foreach (var endpoint in Runners.SelectMany(runner => runner.Instance.Resource.Annotations.OfType<EndpointAnnotation>()))
            foreach (var port in endpoint.Ports) port.Dispose();
        _endpoints.Dispose();
        _state.Dispose();
        _stopServices.Dispose();
        _stopServers.Dispose();
    }

    private static async Task FirstFailureAsync(Task[] tasks)
    {
        await foreach (var task in Task.WhenEach(tasks)) await task;
    }

    private static int Replicas(IResource resource) => resource.Annotations.OfType<ReplicaAnnotation>().LastOrDefault()?.Replicas ?? 1;

    // The first replica has the port that was asked for, as far as it is free.
    private static PortReservation PortOf(EndpointAnnotation endpoint, int replica) =>
        endpoint.PreferredPort is { } preferred && replica == 0 ? LoopbackPorts.ReserveFrom(preferred) : LoopbackPorts.ReserveAny();

    private static IEnumerable<ResourceInstance> Instances(
        IResource resource, IReadOnlyList<IResource> all, StateFolder state, string appHostDirectory)
    {
        switch (resource)
        {
            case PostgresServerResource postgres:
                yield return new PostgresInstance(postgres, all, state);
                break;
            case RabbitMQServerResource rabbitMQ:
                yield return new RabbitMQInstance(rabbitMQ, state);
                break;
            case ProjectResource or ExecutableResource:
                var completes = all.SelectMany(other => other.Annotations.OfType<WaitAnnotation>())
                    .Any(wait => wait.Dependency == resource && wait.ExitCode is not null);
                var replicas = Replicas(resource);
                for (var replica = 0; replica < replicas; replica++)
                {
                    var name = replicas == 1 ? resource.Name : string.Create(CultureInfo.InvariantCulture, $"{resource.Name}-{replica}");
                    yield return new ProcessInstance(name, resource, replica, completes, state, appHostDirectory);
                }

                break;
        }
    }

    private IEnumerable<ResourceRunner> RunnersOf(IResource resource)
    {
        var run = resource is PostgresDatabaseResource database ? database.Parent : resource;
        return Runners.Where(runner => runner.Instance.Resource == run);
    }
}
