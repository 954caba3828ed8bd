using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Running;

namespace Aspire.Hosting;

public static class ParameterResourceBuilderExtensions
{
    /// <summary>A value that must be given as <c>Parameters__name</c>.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, bool secret = false) =>
        builder.AddResource(new ParameterResource(name, () => null, secret));

    /// <summary>A value that may be given as <c>Parameters__name</c>.</summary>
    /// <param name="publishValueAsDefault">Matters to Aspire's publishing, which is not done here.</param>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, string value, bool publishValueAsDefault = false, bool secret = false) =>
        builder.AddResource(new ParameterResource(name, () => value, secret));

    /// <summary>A value that may be given as <c>Parameters__name</c>, and else is made.</summary>
    /// <param name="persist">Made once, and kept in the state folder as <c>parameters/name</c>.</param>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, ParameterDefault value, bool secret = false, bool persist = false) =>
        builder.AddResource(new ParameterResource(name, () => persist ? KeptParameter.Of(((DistributedApplicationBuilder)builder).StatePath, name, value) : value.GetDefaultValue(), secret));

    /// <summary>The connection string of a server outside, given as <c>ConnectionStrings__name</c> or in the variable named.</summary>
    public static IResourceBuilder<IResourceWithConnectionString> AddConnectionString(
        this IDistributedApplicationBuilder builder, string name, string? environmentVariableName = null) =>
        builder.AddResource(new ConnectionStringResource(name, environmentVariableName ?? $"ConnectionStrings__{name}"));
}
