using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using FluentAssertions;
using Xunit;

namespace Aspire.Hosting.Tests;

/// <summary>Whatever is public here is Aspire 13's, by name, parameter and order, so that AppHost compiles against either.</summary>
public sealed class AspireNamesTests
{
    private static readonly Assembly Hosting = typeof(DistributedApplication).Assembly;

    // Read off Aspire 13.3's public API listing.
    private static readonly string[] Methods =
    [
        "IDistributedApplicationBuilder DistributedApplication.CreateBuilder(String[] args)",
        "Void DistributedApplication.Run()",
        "Task DistributedApplication.RunAsync(CancellationToken cancellationToken = default)",
        "Task DistributedApplication.StartAsync(CancellationToken cancellationToken = default)",
        "Task DistributedApplication.StopAsync(CancellationToken cancellationToken = default)",
        "ValueTask DistributedApplication.DisposeAsync()",
        "Void DistributedApplication.Dispose()",
        "IResourceBuilder<T> IDistributedApplicationBuilder.AddResource<T>(T resource)",
        "DistributedApplication IDistributedApplicationBuilder.Build()",
        "IResourceBuilder<ParameterResource> ParameterResourceBuilderExtensions.AddParameter(this IDistributedApplicationBuilder builder, String name, Boolean secret = False)",
        "IResourceBuilder<ParameterResource> ParameterResourceBuilderExtensions.AddParameter(this IDistributedApplicationBuilder builder, String name, String value, Boolean publishValueAsDefault = False, Boolean secret = False)",
        "IResourceBuilder<ParameterResource> ParameterResourceBuilderExtensions.AddParameter(this IDistributedApplicationBuilder builder, String name, ParameterDefault value, Boolean secret = False, Boolean persist = False)",
        "IResourceBuilder<IResourceWithConnectionString> ParameterResourceBuilderExtensions.AddConnectionString(this IDistributedApplicationBuilder builder, String name, String environmentVariableName = null)",
        "IResourceBuilder<PostgresServerResource> PostgresBuilderExtensions.AddPostgres(this IDistributedApplicationBuilder builder, String name, IResourceBuilder<ParameterResource> userName = null, IResourceBuilder<ParameterResource> password = null, Nullable<Int32> port = null)",
        "IResourceBuilder<PostgresDatabaseResource> PostgresBuilderExtensions.AddDatabase(this IResourceBuilder<PostgresServerResource> builder, String name, String databaseName = null)",
        "IResourceBuilder<PostgresServerResource> PostgresBuilderExtensions.WithDataVolume(this IResourceBuilder<PostgresServerResource> builder, String name = null, Boolean isReadOnly = False)",
        "IResourceBuilder<RabbitMQServerResource> RabbitMQBuilderExtensions.AddRabbitMQ(this IDistributedApplicationBuilder builder, String name, IResourceBuilder<ParameterResource> userName = null, IResourceBuilder<ParameterResource> password = null, Nullable<Int32> port = null)",
        "IResourceBuilder<RabbitMQServerResource> RabbitMQBuilderExtensions.WithDataVolume(this IResourceBuilder<RabbitMQServerResource> builder, String name = null, Boolean isReadOnly = False)",
        "IResourceBuilder<RabbitMQServerResource> RabbitMQBuilderExtensions.WithManagementPlugin(this IResourceBuilder<RabbitMQServerResource> builder)",
        "IResourceBuilder<RabbitMQServerResource> RabbitMQBuilderExtensions.WithManagementPlugin(this IResourceBuilder<RabbitMQServerResource> builder, Nullable<Int32> port)",
        "IResourceBuilder<ProjectResource> ProjectResourceBuilderExtensions.AddProject<TProject>(this IDistributedApplicationBuilder builder, String name)",
        "IResourceBuilder<ProjectResource> ProjectResourceBuilderExtensions.AddProject(this IDistributedApplicationBuilder builder, String name, String projectPath)",
        "IResourceBuilder<ProjectResource> ProjectResourceBuilderExtensions.WithReplicas(this IResourceBuilder<ProjectResource> builder, Int32 replicas)",
        "IResourceBuilder<ExecutableResource> ExecutableResourceBuilderExtensions.AddExecutable(this IDistributedApplicationBuilder builder, String name, String command, String workingDirectory, params String[] args)",
        "IResourceBuilder<ViteAppResource> JavaScriptHostingExtensions.AddViteApp(this IDistributedApplicationBuilder builder, String name, String appDirectory, String runScriptName = dev)",
        "IResourceBuilder<TDestination> ResourceBuilderExtensions.WithReference<TDestination>(this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithConnectionString> source, String connectionName = null, Boolean optional = False)",
        "IResourceBuilder<TDestination> ResourceBuilderExtensions.WithReference<TDestination>(this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)",
        "IResourceBuilder<TDestination> ResourceBuilderExtensions.WithReference<TDestination>(this IResourceBuilder<TDestination> builder, EndpointReference endpointReference)",
        "IResourceBuilder<T> ResourceBuilderExtensions.WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)",
        "IResourceBuilder<T> ResourceBuilderExtensions.WaitForCompletion<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, Int32 exitCode = 0)",
        "IResourceBuilder<T> ResourceBuilderExtensions.WithEnvironment<T>(this IResourceBuilder<T> builder, String name, String value)",
        "IResourceBuilder<T> ResourceBuilderExtensions.WithEnvironment<T>(this IResourceBuilder<T> builder, String name, IResourceBuilder<ParameterResource> parameter)",
        "IResourceBuilder<T> ResourceBuilderExtensions.WithEnvironment<T>(this IResourceBuilder<T> builder, String name, EndpointReference endpointReference)",
        "IResourceBuilder<T> ResourceBuilderExtensions.WithEnvironment<T>(this IResourceBuilder<T> builder, Action<EnvironmentCallbackContext> callback)",
        "IResourceBuilder<T> ResourceBuilderExtensions.WithArgs<T>(this IResourceBuilder<T> builder, params String[] args)",
        "IResourceBuilder<T> ResourceBuilderExtensions.WithHttpEndpoint<T>(this IResourceBuilder<T> builder, Nullable<Int32> port = null, Nullable<Int32> targetPort = null, String name = null, String env = null, Boolean isProxied = True)",
        "IResourceBuilder<T> ResourceBuilderExtensions.WithExternalHttpEndpoints<T>(this IResourceBuilder<T> builder)",
        "IResourceBuilder<T> ResourceBuilderExtensions.WithHttpHealthCheck<T>(this IResourceBuilder<T> builder, String path = null, Nullable<Int32> statusCode = null, String endpointName = null)",
        "IResourceBuilder<T> ResourceBuilderExtensions.WithExplicitStart<T>(this IResourceBuilder<T> builder)",
        "EndpointReference ResourceBuilderExtensions.GetEndpoint<T>(this IResourceBuilder<T> builder, String name)",
        "ValueTask<String> IResourceWithConnectionString.GetConnectionStringAsync(CancellationToken cancellationToken = default)",
        "ValueTask<String> PostgresServerResource.GetConnectionStringAsync(CancellationToken cancellationToken = default)",
        "ValueTask<String> PostgresDatabaseResource.GetConnectionStringAsync(CancellationToken cancellationToken = default)",
        "ValueTask<String> RabbitMQServerResource.GetConnectionStringAsync(CancellationToken cancellationToken = default)",
        "ValueTask<String> ParameterResource.GetValueAsync(CancellationToken cancellationToken)",
        "String ParameterDefault.GetDefaultValue()",
        "String GenerateParameterDefault.GetDefaultValue()",
    ];

    private static readonly string[] Types =
    [
        "Aspire.Hosting.DistributedApplication",
        "Aspire.Hosting.DistributedApplicationException",
        "Aspire.Hosting.ExecutableResourceBuilderExtensions",
        "Aspire.Hosting.IDistributedApplicationBuilder",
        "Aspire.Hosting.IProjectMetadata",
        "Aspire.Hosting.IResourceWithServiceDiscovery",
        "Aspire.Hosting.JavaScriptHostingExtensions",
        "Aspire.Hosting.ParameterResourceBuilderExtensions",
        "Aspire.Hosting.PostgresBuilderExtensions",
        "Aspire.Hosting.ProjectResourceBuilderExtensions",
        "Aspire.Hosting.RabbitMQBuilderExtensions",
        "Aspire.Hosting.ResourceBuilderExtensions",
        "Aspire.Hosting.ApplicationModel.EndpointReference",
        "Aspire.Hosting.ApplicationModel.EnvironmentCallbackContext",
        "Aspire.Hosting.ApplicationModel.ExecutableResource",
        "Aspire.Hosting.ApplicationModel.GenerateParameterDefault",
        "Aspire.Hosting.ApplicationModel.IResource",
        "Aspire.Hosting.ApplicationModel.IResourceAnnotation",
        "Aspire.Hosting.ApplicationModel.IResourceBuilder`1",
        "Aspire.Hosting.ApplicationModel.IResourceCollection",
        "Aspire.Hosting.ApplicationModel.IResourceWithArgs",
        "Aspire.Hosting.ApplicationModel.IResourceWithConnectionString",
        "Aspire.Hosting.ApplicationModel.IResourceWithEndpoints",
        "Aspire.Hosting.ApplicationModel.IResourceWithEnvironment",
        "Aspire.Hosting.ApplicationModel.IResourceWithWaitSupport",
        "Aspire.Hosting.ApplicationModel.ParameterDefault",
        "Aspire.Hosting.ApplicationModel.ParameterResource",
        "Aspire.Hosting.ApplicationModel.PostgresDatabaseResource",
        "Aspire.Hosting.ApplicationModel.PostgresServerResource",
        "Aspire.Hosting.ApplicationModel.ProjectResource",
        "Aspire.Hosting.ApplicationModel.RabbitMQServerResource",
        "Aspire.Hosting.ApplicationModel.Resource",
        "Aspire.Hosting.ApplicationModel.ResourceAnnotationCollection",
        "Aspire.Hosting.JavaScript.ViteAppResource",
    ];

    private static readonly string[] Properties =
    [
        "EndpointReference.EndpointName", "EndpointReference.Host", "EndpointReference.Port", "EndpointReference.Resource",
        "EndpointReference.Scheme", "EndpointReference.Url",
        "EnvironmentCallbackContext.CancellationToken", "EnvironmentCallbackContext.EnvironmentVariables", "EnvironmentCallbackContext.Resource",
        "ExecutableResource.Command", "ExecutableResource.WorkingDirectory",
        "GenerateParameterDefault.MinLength",
        "IDistributedApplicationBuilder.AppHostDirectory", "IDistributedApplicationBuilder.Resources",
        "IProjectMetadata.ProjectPath",
        "IResource.Annotations", "IResource.Name",
        "IResourceBuilder.ApplicationBuilder", "IResourceBuilder.Resource",
        "ParameterResource.Secret",
        "PostgresDatabaseResource.DatabaseName", "PostgresDatabaseResource.Parent",
        "PostgresServerResource.Databases", "PostgresServerResource.UserNameParameter",
        "RabbitMQServerResource.UserNameParameter",
        "Resource.Annotations", "Resource.Name",
    ];

    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Fact]
    public void Public_types_are_Aspires() =>
        Hosting.GetExportedTypes().Select(type => type.FullName).Should().BeEquivalentTo(Types);

    [Fact]
    public void Public_methods_are_Aspires() =>
        Hosting.GetExportedTypes()
            .SelectMany(type => type.GetMethods(Declared))
            .Where(method => !method.IsSpecialName)
            .Select(Signature)
            .Should().BeEquivalentTo(Methods);

    [Fact]
    public void Public_properties_are_Aspires() =>
        Hosting.GetExportedTypes()
            .SelectMany(type => type.GetProperties(Declared).Select(property => $"{type.Name.Split('`')[0]}.{property.Name}"))
            .Should().BeEquivalentTo(Properties);

    private static string Signature(MethodInfo method)
    {
        var generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>" : "";
        var @this = method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "";
        return $"{Name(method.ReturnType)} {Name(method.DeclaringType!)}.{method.Name}{generic}({@this}{string.Join(", ", method.GetParameters().Select(Parameter))})";
    }

    private static string Parameter(ParameterInfo parameter)
    {
        var prefix = parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "";
        var value = parameter.HasDefaultValue
            ? $" = {Convert.ToString(parameter.DefaultValue, CultureInfo.InvariantCulture) switch { "" or null => parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null ? "default" : "null", var text => text }}"
            : "";
        return $"{prefix}{Name(parameter.ParameterType)} {parameter.Name}{value}";
    }

    private static string Name(Type type) => type.IsGenericType
        ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
        : type.Name;
}
