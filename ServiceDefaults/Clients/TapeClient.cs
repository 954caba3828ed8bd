using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using AlgoStack.Contracts.MarketData;

namespace AlgoStack.ServiceDefaults.Clients;

/// <summary>Reads sessions and bars back from ingestion: the bus is the doorbell, the tape is the truth.</summary>
public sealed class TapeClient(HttpClient http)
{
    /// <summary>Name of the service, as other services find it.</summary>
    public const string Service = "ingestion";

    public async Task<SessionStatus?> FindSessionAsync(string sessionId, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync($"/sessions/{Uri.EscapeDataString(sessionId)}", cancellationToken);
        if (response.StatusCode == System.Net.HttpStatusCode.NotFound) return null;

        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<SessionStatus>(cancellationToken);
    }

    /// <summary>One batch as it was announced.</summary>
    /// <exception cref="InvalidDataException">Ingestion does not know it.</exception>
    public async Task<BarsClosed> GetBatchAsync(string sessionId, int partition, long sequence, CancellationToken cancellationToken) =>
        await http.GetFromJsonAsync<BarsClosed>(
            $"/sessions/{Uri.EscapeDataString(sessionId)}/batches/{sequence}?partition={partition}", cancellationToken)
        ?? throw new InvalidDataException($"Session {sessionId}: expected batch {sequence} from ingestion, found nothing.");

    /// <summary>The trading rules of every instrument there is, by id.</summary>
    public async Task<IReadOnlyDictionary<string, InstrumentTerms>> GetInstrumentsAsync(CancellationToken cancellationToken)
    {
        var terms = await http.GetFromJsonAsync<IReadOnlyList<InstrumentTerms>>("/instruments", cancellationToken) ?? [];
        return terms.ToDictionary(t => t.Id, StringComparer.Ordinal);
    }

    /// <summary>The timeframes in which there are bars of an instrument, the finest first; none of an instrument that is not known.</summary>
    public async Task<IReadOnlyList<StoredBars>> GetTimeframesAsync(string instrument, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync($"/instruments/timeframes?instrument={Uri.EscapeDataString(instrument)}", cancellationToken);
        if (response.StatusCode == System.Net.HttpStatusCode.NotFound) return [];

        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<IReadOnlyList<StoredBars>>(cancellationToken) ?? [];
    }

    /// <summary>Heads of the batches from one sequence to another, both included, in order.</summary>
    public async Task<IReadOnlyList<BatchHead>> GetHeadsAsync(string sessionId, long from, long to, CancellationToken cancellationToken) =>
        await http.GetFromJsonAsync<IReadOnlyList<BatchHead>>(
            $"/sessions/{Uri.EscapeDataString(sessionId)}/batches?from={from}&to={to}", cancellationToken) ?? [];

    /// <summary>The bars of those batches, one block a batch, in order, from the tape.</summary>
    /// <param name="to"><see cref="long.MaxValue"/>: all there are.</param>
    /// <exception cref="InvalidDataException">Fewer blocks came than batches were asked for.</exception>
    public async IAsyncEnumerable<BarColumns> ReadBarsAsync(
        string sessionId, long from, long to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (to < from) yield break;

        using var response = await http.GetAsync(
            $"/sessions/{Uri.EscapeDataString(sessionId)}/bars?from={from}&to={to}",
            HttpCompletionOption.ResponseHeadersRead,
            cancellationToken);
        response.EnsureSuccessStatusCode();

        await using var body = new BufferedStream(await response.Content.ReadAsStreamAsync(cancellationToken), 1 << 16);
        var next = from;
        while (await BarColumns.ReadAsync(body, cancellationToken) is { } block)
        {
            yield return block;
            next++;
        }

        if (to != long.MaxValue && next != to + 1)
        {
            throw new InvalidDataException($"Session {sessionId}: expected batches {from} to {to} from ingestion, found {from} to {next - 1}.");
        }
    }

    /// <summary>Bars of one instrument by close time, both ends included, the latest revision of each.</summary>
    public async Task<BarColumns> GetHistoryAsync(
        string instrument, string timeframe, DateTimeOffset? from, DateTimeOffset? to, int limit, CancellationToken cancellationToken)
    {
        var query = $"/history?instrument={Uri.EscapeDataString(instrument)}&timeframe={Uri.EscapeDataString(timeframe)}&limit={limit}"
            + (from is { } f ? $"&from={Uri.EscapeDataString(f.ToString("O"))}" : "")
            + (to is { } t ? $"&to={Uri.EscapeDataString(t.ToString("O"))}" : "");
        using var request = new HttpRequestMessage(HttpMethod.Get, query);
        request.Headers.Accept.ParseAdd(BarColumns.MediaType);
        using var response = await http.SendAsync(request, cancellationToken);
        if (response.StatusCode == System.Net.HttpStatusCode.NotFound) return BarColumns.Empty;

        response.EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        return await BarColumns.ReadAsync(body, cancellationToken) ?? BarColumns.Empty;
    }
}
