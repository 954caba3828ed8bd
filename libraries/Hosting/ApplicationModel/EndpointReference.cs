namespace Aspire.Hosting.ApplicationModel;

/// <summary>An endpoint of a resource. Its port is known once the application has started; with replicas it is the first one's.</summary>
public sealed class EndpointReference(IResourceWithEndpoints owner, string endpointName)
{
    public IResourceWithEndpoints Resource => owner;

    public string EndpointName => endpointName;

    public string Scheme => new Uri(Url).Scheme;

    public string Host => new Uri(Url).Host;

    public int Port => new Uri(Url).Port;

    public string Url => Urls.Count > 0 ? Urls[0] : throw NotAllocated();

    /// <summary>One for each replica.</summary>
    internal IReadOnlyList<string> Urls => [.. Annotation.Ports.Select(reservation => $"http://127.0.0.1:{reservation.Port}")];

    private EndpointAnnotation Annotation =>
        owner.Annotations.OfType<EndpointAnnotation>().FirstOrDefault(endpoint => string.Equals(endpoint.Name, endpointName, StringComparison.Ordinal))
        ?? throw new DistributedApplicationException($"Resource {owner.Name} has no endpoint {endpointName}; give it one with WithHttpEndpoint.");

    private DistributedApplicationException NotAllocated() =>
        new($"Endpoint {endpointName} of {owner.Name} has no port before the application starts.");
}
