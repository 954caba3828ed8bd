namespace Aspire.Hosting.ApplicationModel;

/// <summary>
/// The environment a resource is about to be started with. Values are strings, or <see cref="ParameterResource"/> and
/// <see cref="EndpointReference"/>, which stand for their value and address.
/// </summary>
public class EnvironmentCallbackContext(IResource resource, Dictionary<string, object> environmentVariables, CancellationToken cancellationToken)
{
    public IResource Resource => resource;

    public Dictionary<string, object> EnvironmentVariables => environmentVariables;

    public CancellationToken CancellationToken => cancellationToken;
}
