using System.Net;
using System.Runtime.CompilerServices;
using AlgoStack.Contracts.Orders;

namespace AlgoStack.Backtest.Backtests;

/// <summary>Reads from broker-routing what a session did live.</summary>
public sealed class RoutingClient(HttpClient http)
{
    public const string Service = "broker-routing";

    public async Task<RoutingProgress?> FindProgressAsync(string sessionId, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync($"/sessions/{Uri.EscapeDataString(sessionId)}/progress", cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound) return null;

        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<RoutingProgress>(cancellationToken);
    }

    public async Task<IReadOnlyList<SessionControl>> GetControlsAsync(string sessionId, CancellationToken cancellationToken) =>
        await http.GetFromJsonAsync<IReadOnlyList<SessionControl>>(
            $"/sessions/{Uri.EscapeDataString(sessionId)}/controls", cancellationToken) ?? [];

    public async IAsyncEnumerable<OrderIntentView> ReadIntentsAsync(string sessionId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var intents = http.GetFromJsonAsAsyncEnumerable<OrderIntentView>(
            $"/sessions/{Uri.EscapeDataString(sessionId)}/order-intents", cancellationToken);
        await foreach (var intent in intents)
        {
            if (intent is not null) yield return intent;
        }
    }
}
