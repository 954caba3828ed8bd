using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AlgoStack.Testing.Venues;
using Xunit;

namespace AlgoStack.VenueSim.Tests.Running;

/// <summary>A venue for a class of tests, each of which trades a symbol of its own.</summary>
public sealed class VenueFixture : IAsyncLifetime
{
    private int _symbols;

    public VenueProcess Venue { get; private set; } = null!;

    public async Task InitializeAsync() => Venue = await VenueProcess.StartAsync(1_000_000);

    public async Task DisposeAsync() => await Venue.DisposeAsync();

    /// <summary>A new symbol at a price, in a market that is open and without faults.</summary>
    internal async Task<string> ListAsync(decimal price, decimal? available = null)
    {
        await Venue.SwitchFaultsAsync(new { });
        await Venue.TellAsync("market", new { open = true, parts = 1 });
        var symbol = string.Create(CultureInfo.InvariantCulture, $"T{Interlocked.Increment(ref _symbols)}");
        await Venue.SetPriceAsync(symbol, price, available);
        return symbol;
    }

    internal Task<Answer> PlaceAsync(object order) => SendAsync(HttpMethod.Post, "/v2/orders", order);

    internal Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    internal Task<Answer> FindAsync(string clientOrderId) => GetAsync($"/v2/orders:by_client_order_id?client_order_id={clientOrderId}");

    internal Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    internal async Task<Answer> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = body is null ? null : JsonContent.Create(body) };
        using var response = await Venue.Http.SendAsync(request, CancellationToken.None);
        return await ReadAsync(response);
    }

    internal static async Task<Answer> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(CancellationToken.None);
        var isJson = response.Content.Headers.ContentType?.MediaType == "application/json";
        return new Answer(response.StatusCode, isJson ? JsonSerializer.Deserialize<JsonElement>(text) : default, text);
    }

    /// <summary>What the venue says of the order; fails unless it has the status.</summary>
    internal async Task<Answer> ReachAsync(string clientOrderId, string status)
    {
        var answer = await FindAsync(clientOrderId);
        if (answer.Status != HttpStatusCode.OK || answer["status"] != status)
            throw new InvalidOperationException($"{clientOrderId} is not {status}: {answer.Text}");
        return answer;
    }
}
