using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static class RabbitMQBuilderExtensions
{
    /// <param name="userName"><c>guest</c> unless given.</param>
    /// <param name="password">Random unless given.</param>
    /// <param name="port">The next free one unless this is free; any when not given.</param>
    public static IResourceBuilder<RabbitMQServerResource> AddRabbitMQ(
        this IDistributedApplicationBuilder builder,
        string name,
        IResourceBuilder<ParameterResource>? userName = null,
        IResourceBuilder<ParameterResource>? password = null,
        int? port = null) =>
        builder.AddResource(new RabbitMQServerResource(name, userName?.Resource, password?.Resource, port));

    /// <summary>Keeps queues and messages from run to run. Without it every run starts empty.</summary>
    public static IResourceBuilder<RabbitMQServerResource> WithDataVolume(
        this IResourceBuilder<RabbitMQServerResource> builder, string? name = null, bool isReadOnly = false) =>
        DataVolume.Add(builder, name, isReadOnly);

    public static IResourceBuilder<RabbitMQServerResource> WithManagementPlugin(this IResourceBuilder<RabbitMQServerResource> builder) =>
        builder.WithManagementPlugin(port: null);

    public static IResourceBuilder<RabbitMQServerResource> WithManagementPlugin(
        this IResourceBuilder<RabbitMQServerResource> builder, int? port)
    {
        builder.Resource.Annotations.Add(new ManagementPluginAnnotation(port));
        return builder;
    }
}
