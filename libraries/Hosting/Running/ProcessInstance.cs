using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Running;

/// <summary>One replica of a project or an executable.</summary>
internal sealed class ProcessInstance(string name, IResource resource, int replica, bool completes, StateFolder state, string appHostDirectory)
    : ResourceInstance(name, resource)
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private const int ShownBody = 200;

    public override string? Url => Endpoints.FirstOrDefault() is { } endpoint ? UrlOf(endpoint) : null;

    public override bool IsBeingBuilt => Resource is ProjectResource && BuiltProject.IsBuilding;

    public override string LogPath { get; } = state.Log(name);

    public override TimeSpan StopGrace => StopBounds.Service;

    private IEnumerable<EndpointAnnotation> Endpoints => Resource.Annotations.OfType<EndpointAnnotation>();

    public override async Task<ProcessSpec?> PrepareAsync(CancellationToken cancellationToken)
    {
        var environment = await VariablesAsync(cancellationToken);
        var arguments = Resource.Annotations.OfType<CommandLineArgumentsAnnotation>().SelectMany(annotation => annotation.Arguments);
        foreach (var endpoint in Endpoints) endpoint.Ports[replica].Dispose();
        if (Resource is ExecutableResource executable)
            return new ProcessSpec(executable.Command, [.. arguments], executable.WorkingDirectory, LogPath) { Environment = environment };

        var project = Resource.Annotations.OfType<IProjectMetadata>().Single();
        return new ProcessSpec(
            BuiltProject.DotnetPath, [BuiltProject.Find(project), .. arguments], Path.GetDirectoryName(project.ProjectPath) ?? appHostDirectory, LogPath)
        {
            Environment = environment,
        };
    }

    public override async Task<string?> ProbeAsync(CancellationToken cancellationToken)
    {
        foreach (var check in Resource.Annotations.OfType<HttpHealthCheckAnnotation>())
        {
            var endpoint = Endpoints.FirstOrDefault(other => check.EndpointName is null || string.Equals(other.Name, check.EndpointName, StringComparison.Ordinal))
                ?? throw new DistributedApplicationException($"Resource {Resource.Name} has a health check but no endpoint {check.EndpointName}.");
            if (await AskAsync(new Uri(new Uri(UrlOf(endpoint)), check.Path), check.StatusCode, cancellationToken) is { } reason) return reason;
        }

        return null;
    }

    public override bool IsFinished(int exitCode) => completes || (Resource is ExecutableResource && exitCode == 0);

    private static async Task<string?> AskAsync(Uri address, int expected, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await Http.GetAsync(address, cancellationToken);
            if ((int)response.StatusCode == expected) return null;

            var body = (await response.Content.ReadAsStringAsync(cancellationToken)).ReplaceLineEndings(" ");
            return $"GET {address} answered {(int)response.StatusCode} where {expected} was expected: {(body.Length > ShownBody ? body[..ShownBody] : body)}".TrimEnd(' ', ':');
        }
        catch (HttpRequestException e)
        {
            return $"GET {address}: {e.Message}";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"GET {address}: no answer within {Http.Timeout.TotalSeconds} s";
        }
    }

    private string UrlOf(EndpointAnnotation endpoint) => $"http://127.0.0.1:{endpoint.Ports[replica].Port}";

    private async Task<Dictionary<string, string?>> VariablesAsync(CancellationToken cancellationToken)
    {
        var variables = new Dictionary<string, object>(StringComparer.Ordinal);
        if (Resource is ProjectResource)
        {
            // What a service keeps in files belongs with what it keeps in the database.
            variables["ALGOSTACK_STATE"] = state.Path;
            foreach (var (variable, value) in ProjectEnvironment.Of(Resource.Name, replica)) variables[variable] = value;
            if (Endpoints.Any()) variables["ASPNETCORE_URLS"] = string.Join(';', Endpoints.Select(UrlOf));
        }

        foreach (var endpoint in Endpoints.Where(endpoint => endpoint.PortVariable is not null))
            variables[endpoint.PortVariable!] = endpoint.Ports[replica].Port.ToString(CultureInfo.InvariantCulture);

        var context = new EnvironmentCallbackContext(Resource, variables, cancellationToken);
        foreach (var annotation in Resource.Annotations)
        {
            if (annotation is EnvironmentCallbackAnnotation { Callback: var callback }) callback(context);
            if (annotation is ConnectionReferenceAnnotation reference) await AddConnectionAsync(variables, reference, cancellationToken);
        }

        return variables.ToDictionary(pair => pair.Key, pair => (string?)Text(pair.Value), StringComparer.Ordinal);
    }

    private static async Task AddConnectionAsync(
        Dictionary<string, object> variables, ConnectionReferenceAnnotation reference, CancellationToken cancellationToken)
    {
        string? connectionString;
        try
        {
            connectionString = await reference.Source.GetConnectionStringAsync(cancellationToken);
        }
        catch (DistributedApplicationException) when (reference.Optional)
        {
            return;
        }

        foreach (var (variable, value) in ConnectionVariables.Of(reference.Source, reference.ConnectionName, connectionString!))
            variables[variable] = value;
    }

    private static string Text(object value) => value switch
    {
        ParameterResource parameter => parameter.CurrentValue,
        EndpointReference endpoint => endpoint.Url,
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
