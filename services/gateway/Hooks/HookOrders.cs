using AlgoStack.ServiceDefaults.Idempotency;

namespace AlgoStack.Gateway.Hooks;

/// <summary>Asks broker-routing for what an alert wants. Nothing is tried twice here: who tells again is answered what the first was.</summary>
internal sealed class HookOrders(HttpClient http)
{
    public const string Service = "broker-routing";

    /// <exception cref="HttpRequestException">It is away: whether it has the order is not known, and the same alert may come again.</exception>
    public async Task<HttpResponseMessage> SendAsync(string path, object command, string key, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(command, command.GetType()) };
        request.Headers.Add(IdempotencyKey.Header, key);
        return await http.SendAsync(request, cancellationToken);
    }
}
