using System.Net;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using AlgoStack.Contracts.Signals;

namespace AlgoStack.ServiceDefaults.Clients;

/// <summary>Reads evaluations back from the signal service: its log is the truth, the bus only says that there is more.</summary>
public sealed class EvaluationClient(HttpClient http)
{
    /// <summary>Name of the service, as other services find it.</summary>
    public const string Service = "signal";

    /// <summary>The strategies that a session runs; null where it has evaluated nothing.</summary>
    public async Task<IReadOnlyList<StrategyChoice>?> FindStrategiesAsync(string sessionId, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync($"/sessions/{Uri.EscapeDataString(sessionId)}/strategies", cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound) return null;

        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<IReadOnlyList<StrategyChoice>>(cancellationToken);
    }

    /// <summary>The evaluations from one sequence to another, both included, in order; fewer where there are no more yet.</summary>
    public async IAsyncEnumerable<BarsEvaluated> ReadAsync(
        string sessionId, int partition, long from, long to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (to < from) yield break;

        var evaluations = http.GetFromJsonAsAsyncEnumerable<BarsEvaluated>(
            $"/sessions/{Uri.EscapeDataString(sessionId)}/evaluations?partition={partition}&from={from}&to={to}", cancellationToken);
        await foreach (var evaluation in evaluations)
        {
            if (evaluation is not null) yield return evaluation;
        }
    }
}
