using AlgoStack.Contracts.Signals;

namespace AlgoStack.Gateway.Udf;

/// <summary>Reads signals from the signal service.</summary>
internal sealed class SignalClient(HttpClient http)
{
    public const string Service = "signal";

    /// <summary>So many are the most that the service lists.</summary>
    public const int MostSignals = 1_000;

    public const string LiveSession = "live";

    /// <summary>
    /// The sessions whose signals and orders a chart of an instrument shows: the one that raised the newest signal of it, and the one that
    /// goes on for ever. A replay that was repeated would show all of it twice.
    /// </summary>
    public async Task<IReadOnlyList<string>> FindSessionsAsync(string instrument, CancellationToken cancellationToken)
    {
        var newest = await GetAsync($"/signals?instrument={Uri.EscapeDataString(instrument)}&limit=1", cancellationToken);
        return [.. newest.Select(s => s.SessionId).Append(LiveSession).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The newest <see cref="MostSignals"/> of bars that closed before a time, newest first.</summary>
    public Task<IReadOnlyList<SignalRaised>> ReadAsync(string session, string instrument, DateTimeOffset before, CancellationToken cancellationToken) =>
        GetAsync(
            $"/signals?session={Uri.EscapeDataString(session)}&instrument={Uri.EscapeDataString(instrument)}&before={Uri.EscapeDataString(before.ToString("O"))}&limit={MostSignals}",
            cancellationToken);

    private async Task<IReadOnlyList<SignalRaised>> GetAsync(string path, CancellationToken cancellationToken) =>
        await http.GetFromJsonAsync<IReadOnlyList<SignalRaised>>(path, cancellationToken) ?? [];
}
