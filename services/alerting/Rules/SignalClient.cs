using System.Globalization;
using System.Runtime.CompilerServices;
using AlgoStack.Contracts.Signals;

namespace AlgoStack.Alerting.Rules;

/// <summary>The signal service, asked for what the bus skipped.</summary>
public sealed class SignalClient(HttpClient http)
{
    /// <summary>Evaluated batches from one sequence to another, both included, in order.</summary>
    public async IAsyncEnumerable<BarsEvaluated> GetEvaluationsAsync(
        string sessionId, int partition, long from, long to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var address = string.Create(
            CultureInfo.InvariantCulture, $"sessions/{Uri.EscapeDataString(sessionId)}/evaluations?partition={partition}&from={from}&to={to}");
        await foreach (var batch in http.GetFromJsonAsAsyncEnumerable<BarsEvaluated>(address, cancellationToken))
        {
            if (batch is not null) yield return batch;
        }
    }
}
