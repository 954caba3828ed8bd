using AlgoStack.Gateway.Forwarding;

namespace AlgoStack.Gateway.Udf;

/// <summary>Puts a service's address in the place of its name, and says which service it was that did not answer.</summary>
internal sealed class FindService(ServiceAddresses addresses, TimeProvider time) : DelegatingHandler
{
    /// <summary>Until the head of the answer is there.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <exception cref="HttpRequestException">The service has no address, cannot be reached, takes too long, or answers 5xx.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var named = request.RequestUri ?? throw new InvalidOperationException("A request to a service needs a path.");
        var service = named.Host;
        if (!addresses.TryFind(service, out var address))
            throw new HttpRequestException($"The gateway was given no address of {service} ({ServiceAddresses.Key(service)}).");

        request.RequestUri = new Uri(address, named.PathAndQuery);
        using var patience = new CancellationTokenSource(Patience, time);
        using var until = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            var response = await base.SendAsync(request, until.Token);
            if ((int)response.StatusCode < StatusCodes.Status500InternalServerError) return response;

            using (response) throw new HttpRequestException($"{service} answered {(int)response.StatusCode}.", null, response.StatusCode);
        }
        catch (HttpRequestException e) when (e.StatusCode is null)
        {
            throw new HttpRequestException($"{service} cannot be reached: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"{service} did not answer within {Patience.TotalSeconds:0} s.", e);
        }
    }
}
