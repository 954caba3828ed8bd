namespace AlgoStack.ServiceDefaults.Tokens;

/// <summary>Says to the service that is asked that another one asks.</summary>
internal sealed class AsService(ServiceKey key) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = key.Header();
        return base.SendAsync(request, cancellationToken);
    }
}
