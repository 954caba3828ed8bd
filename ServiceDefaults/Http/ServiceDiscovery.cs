namespace AlgoStack.ServiceDefaults.Http;

/// <summary>Puts a service's address in the place of its name, anew for every attempt.</summary>
internal sealed class ServiceDiscovery(ServiceAddresses addresses) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var named = request.RequestUri ?? throw new InvalidOperationException("A request to a service needs a path.");
        request.RequestUri = new Uri(addresses.Next(), named.PathAndQuery);
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        finally
        {
            request.RequestUri = named;
        }
    }
}
