using System.Net.Http.Json;
using AlgoStack.Testing.Services;
using AlgoStack.Testing.Venues;
using Microsoft.AspNetCore.Builder;
using Npgsql;

namespace AlgoStack.Benchmarks.Orders;

/// <summary>An order's way with nothing on it: an endpoint that commits twice and then sends the order to a venue of its own.</summary>
internal sealed class BarePath : IAsyncDisposable
{
    private readonly NpgsqlDataSource _database;
    private readonly VenueProcess _venue;
    private readonly HttpPeer _service;
    private readonly HttpClient _http;

    private BarePath(NpgsqlDataSource database, VenueProcess venue, HttpPeer service) =>
        (_database, _venue, _service, _http) = (database, venue, service, new HttpClient { BaseAddress = service.Address });

    public static async Task<BarePath> StartAsync(string connectionString)
    {
        var venue = await OrderPath.StartVenueAsync();
        var database = NpgsqlDataSource.Create(connectionString);
        await using (var command = database.CreateCommand("create table wishes (name text primary key); create table orders (name text primary key)"))
            await command.ExecuteNonQueryAsync();
        var service = await HttpPeer.StartAsync(routes => routes.MapPost("/orders/{name}", async (string name) =>
        {
            await InsertAsync(database, "wishes", name);
            await InsertAsync(database, "orders", name);
            using var answer = await venue.Http.PostAsJsonAsync(
                "/v2/orders", new { symbol = "AAPL", side = "buy", type = "limit", qty = "1", limit_price = "100", time_in_force = "day", client_order_id = name });
            answer.EnsureSuccessStatusCode();
        }));
        return new BarePath(database, venue, service);
    }

    public VenueProcess Venue => _venue;

    /// <returns>The id that the venue was sent, which is the name, and when the request began.</returns>
    public async Task<(string Id, DateTimeOffset At)> PlaceAsync(string name)
    {
        var at = TimeProvider.System.GetUtcNow();
        using var answer = await _http.PostAsync($"/orders/{name}", content: null);
        answer.EnsureSuccessStatusCode();
        return (name, at);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _service.DisposeAsync();
        await _venue.DisposeAsync();
        await _database.DisposeAsync();
    }

    private static async Task InsertAsync(NpgsqlDataSource database, string table, string name)
    {
        await using var command = database.CreateCommand($"insert into {table} values ($1)");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        await command.ExecuteNonQueryAsync();
    }
}
