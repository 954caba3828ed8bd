using System.Text.Json;
using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.BrokerRouting.Brokers.Alpaca;
using AlgoStack.Testing.Services;
using AlgoStack.Trading.Venues;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace AlgoStack.Protocols.Venues;

internal sealed class AlpacaUnderTest : VenueUnderTest
{
    private const string KeyId = "PKTEST";
    private const string KeySecret = "test-secret";

    public override string Name => "alpaca";

    public override IBroker Create(Uri http, Uri stream, TimeProvider clock) => Create(http, stream, clock, KeyId, KeySecret);

    public override VenueInstrument ReadInstrument(JsonElement record) => AlpacaWire.ReadAsset(record);

    public override string? WhyNot(VenueOrder order) => AlpacaWire.WhyNot(order);

    // An order of which only our id is known is asked for before it is canceled or replaced.
    public override string? Answer(HttpRequest request, bool isWanted) =>
        !isWanted && request.Method == "GET" && request.Path == "/v2/orders:by_client_order_id"
            ? """{"id":"found-by-client-id","symbol":"AAPL","status":"new"}"""
            : null;

    public override bool IsMarketData(string url) => url.Contains(".data.", StringComparison.Ordinal);

    public override string? WhyNotSigned(SentRequest request) => Headers(request, KeyId, KeySecret);

    public override async Task<string?> WhyNotAsync(JsonElement vector)
    {
        var credentials = vector.GetProperty("credentials");
        SentRequest? sent = null;
        await using var server = await HttpPeer.StartAsync(routes => routes.Map("/{**path}", async context =>
        {
            sent = await SentRequest.ReadAsync(context.Request);
            await context.Response.WriteAsync("[]", context.RequestAborted);
        }));
        await using var broker = Create(
            server.Address, server.Address, TimeProvider.System, credentials.GetProperty("key_id").GetString()!, credentials.GetProperty("secret").GetString()!);
        await broker.GetPositionsAsync(CancellationToken.None);

        return vector.GetProperty("expect").GetProperty("headers").EnumerateObject()
            .Where(header => sent!.Headers.GetValueOrDefault(header.Name) != header.Value.GetString())
            .Select(header => $"{header.Name}: expected '{header.Value}', found '{sent!.Headers.GetValueOrDefault(header.Name)}'")
            .FirstOrDefault();
    }

    private static AlpacaBroker Create(Uri http, Uri stream, TimeProvider clock, string keyId, string secret) =>
        new(new AlpacaOptions(new Secret(keyId), new Secret(secret), http, stream), clock);

    private static string? Headers(SentRequest request, string keyId, string secret) =>
        request.Headers.GetValueOrDefault("APCA-API-KEY-ID") == keyId && request.Headers.GetValueOrDefault("APCA-API-SECRET-KEY") == secret
            ? null
            : "expected the keys in the headers";
}
