using System.Net;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Portfolio;

namespace AlgoStack.Gateway.Udf;

/// <summary>Reads orders, fills and corporate actions from broker-routing.</summary>
internal sealed class RoutingClient(HttpClient http)
{
    public const string Service = "broker-routing";

    /// <summary>So many are the most that the service lists.</summary>
    public const int MostRows = 1_000;

    public async Task<IReadOnlyList<PortfolioSummary>> GetPortfoliosAsync(CancellationToken cancellationToken) =>
        await http.GetFromJsonAsync<IReadOnlyList<PortfolioSummary>>("/portfolios", cancellationToken) ?? [];

    public async Task<IReadOnlyList<CorporateActionTerms>> GetCorporateActionsAsync(CancellationToken cancellationToken) =>
        await http.GetFromJsonAsync<IReadOnlyList<CorporateActionTerms>>("/corporate-actions", cancellationToken) ?? [];

    /// <summary>The newest <see cref="MostRows"/> that were requested before a time, newest first.</summary>
    public async Task<IReadOnlyList<OrderView>> GetOrdersAsync(
        string account, string instrument, DateTimeOffset before, CancellationToken cancellationToken) =>
        await http.GetFromJsonAsync<IReadOnlyList<OrderView>>(
            $"/orders?account={Uri.EscapeDataString(account)}&{Of(instrument, before)}", cancellationToken) ?? [];

    /// <summary>The newest <see cref="MostRows"/> that traded before a time, newest first.</summary>
    public async Task<IReadOnlyList<FillView>> GetFillsAsync(
        string account, string instrument, DateTimeOffset before, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync($"/portfolios/{Uri.EscapeDataString(account)}/fills?{Of(instrument, before)}", cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound) return [];

        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<IReadOnlyList<FillView>>(cancellationToken) ?? [];
    }

    private static string Of(string instrument, DateTimeOffset before) =>
        $"instrument={Uri.EscapeDataString(instrument)}&before={Uri.EscapeDataString(before.ToString("O"))}&limit={MostRows}";
}
