using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Running;

namespace Aspire.Hosting;

public static class ResourceBuilderExtensions
{
    private const string DefaultEndpoint = "http";

    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, string? value)
        where T : IResourceWithEnvironment =>
        builder.WithEnvironment(context => context.EnvironmentVariables[name] = value ?? "");

    public static IResourceBuilder<T> WithEnvironment<T>(
        this IResourceBuilder<T> builder, string name, IResourceBuilder<ParameterResource> parameter)
        where T : IResourceWithEnvironment =>
        builder.WithEnvironment(context => context.EnvironmentVariables[name] = parameter.Resource);

    public static IResourceBuilder<T> WithEnvironment<T>(
        this IResourceBuilder<T> builder, string name, EndpointReference endpointReference)
        where T : IResourceWithEnvironment =>
        builder.WithEnvironment(context => context.EnvironmentVariables[name] = endpointReference);

    /// <summary>Runs each time the resource starts, after what it waits for is there.</summary>
    public static IResourceBuilder<T> WithEnvironment<T>(
        this IResourceBuilder<T> builder, Action<EnvironmentCallbackContext> callback)
        where T : IResourceWithEnvironment =>
        With(builder, new EnvironmentCallbackAnnotation(callback));

    public static IResourceBuilder<T> WithArgs<T>(this IResourceBuilder<T> builder, params string[] args)
        where T : IResourceWithArgs =>
        With(builder, new CommandLineArgumentsAnnotation(args));

    /// <summary>Gives <c>ConnectionStrings__name</c> and its parts as <c>NAME_HOST</c>, <c>NAME_PORT</c> and so on.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder,
        IResourceBuilder<IResourceWithConnectionString> source,
        string? connectionName = null,
        bool optional = false)
        where TDestination : IResourceWithEnvironment =>
        With(builder, new ConnectionReferenceAnnotation(source.Resource, connectionName ?? source.Resource.Name, optional));

    /// <summary>Gives <c>services__name__http__0</c>, and <c>__1</c> and so on for its replicas, and <c>NAME_HTTP</c>.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)
        where TDestination : IResourceWithEnvironment =>
        builder.WithEnvironment(context =>
        {
            foreach (var endpoint in source.Resource.Annotations.OfType<EndpointAnnotation>())
                AddServiceVariables(context, new EndpointReference(source.Resource, endpoint.Name));
        });

    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, EndpointReference endpointReference)
        where TDestination : IResourceWithEnvironment =>
        builder.WithEnvironment(context => AddServiceVariables(context, endpointReference));

    /// <summary>Start only when the dependency is healthy: it runs and, where it has a health check, answers it.</summary>
    public static IResourceBuilder<T> WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport =>
        With(builder, new WaitAnnotation(dependency.Resource, ExitCode: null));

    /// <summary>Start only when the dependency has ended with the exit code.</summary>
    public static IResourceBuilder<T> WaitForCompletion<T>(
        this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, int exitCode = 0)
        where T : IResourceWithWaitSupport =>
        With(builder, new WaitAnnotation(dependency.Resource, exitCode));

    /// <summary>
    /// Gives the resource an HTTP endpoint on loopback. There is no proxy in front, so the process itself listens on
    /// <paramref name="targetPort"/> or else <paramref name="port"/>, or on the next free one when that is taken.
    /// </summary>
    /// <param name="env">A variable to hand the port over in; a project gets <c>ASPNETCORE_URLS</c> anyway.</param>
    /// <param name="isProxied">Without effect here.</param>
    public static IResourceBuilder<T> WithHttpEndpoint<T>(
        this IResourceBuilder<T> builder,
        int? port = null,
        int? targetPort = null,
        string? name = null,
        string? env = null,
        bool isProxied = true)
        where T : IResourceWithEndpoints
    {
        var endpoint = new EndpointAnnotation(name ?? DefaultEndpoint, targetPort ?? port, env);
        if (builder.Resource.Annotations.OfType<EndpointAnnotation>().Any(other => string.Equals(other.Name, endpoint.Name, StringComparison.Ordinal)))
            throw new DistributedApplicationException($"Resource {builder.Resource.Name} has two endpoints named {endpoint.Name}; a name must be unique.");

        return With(builder, endpoint);
    }

    /// <summary>Marks the endpoints as the application's door: their addresses are printed. They still listen on loopback only.</summary>
    public static IResourceBuilder<T> WithExternalHttpEndpoints<T>(this IResourceBuilder<T> builder)
        where T : IResourceWithEndpoints
    {
        foreach (var endpoint in builder.Resource.Annotations.OfType<EndpointAnnotation>()) endpoint.IsExternal = true;
        return builder;
    }

    /// <param name="path"><c>/</c> unless given.</param>
    /// <param name="statusCode">200 unless given.</param>
    /// <param name="endpointName">The resource's first endpoint unless given.</param>
    public static IResourceBuilder<T> WithHttpHealthCheck<T>(
        this IResourceBuilder<T> builder, string? path = null, int? statusCode = null, string? endpointName = null)
        where T : IResourceWithEndpoints =>
        With(builder, new HttpHealthCheckAnnotation(path ?? "/", statusCode ?? 200, endpointName));

    /// <summary>Leaves the resource out when the application starts.</summary>
    public static IResourceBuilder<T> WithExplicitStart<T>(this IResourceBuilder<T> builder)
        where T : IResource =>
        With(builder, new ExplicitStartAnnotation());

    public static EndpointReference GetEndpoint<T>(this IResourceBuilder<T> builder, string name)
        where T : IResourceWithEndpoints =>
        new(builder.Resource, name);

    private static IResourceBuilder<T> With<T>(IResourceBuilder<T> builder, IResourceAnnotation annotation) where T : IResource
    {
        builder.Resource.Annotations.Add(annotation);
        return builder;
    }

    private static void AddServiceVariables(EnvironmentCallbackContext context, EndpointReference endpoint)
    {
        var service = endpoint.Resource.Name;
        for (var replica = 0; replica < endpoint.Urls.Count; replica++)
        {
            // The key holds the scheme and counts up, so a second endpoint of a service continues the count.
            var index = 0;
            string key;
            do key = string.Create(CultureInfo.InvariantCulture, $"services__{service}__{endpoint.Scheme}__{index++}");
            while (context.EnvironmentVariables.ContainsKey(key));
            context.EnvironmentVariables[key] = endpoint.Urls[replica];
        }

        context.EnvironmentVariables[$"{ConnectionVariables.Prefix(service)}_{ConnectionVariables.Prefix(endpoint.EndpointName)}"] = endpoint;
    }
}
