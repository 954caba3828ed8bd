using System.Text;
using System.Text.Json;
using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.Protocols.Venues;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace AlgoStack.Protocols.Cases;

/// <summary>An answer of the venue to a call, and what the adapter has to make of it.</summary>
internal static class ResponseCase
{
    public static async Task<string?> WhyNotAsync(VenueUnderTest venue, JsonElement fixture)
    {
        var http = fixture.GetProperty("http");
        var expected = fixture.GetProperty("expect");
        var call = fixture.Optional("call")?.GetString() ?? "GetOrder";

        await using var server = await HttpPeer.StartAsync(routes => routes.Map("/{**path}", async context =>
        {
            // Where an order is replaced that has to be asked for first, the case is about the second request.
            var isWanted = context.Request.Method != "GET" || !call.StartsWith("Replace", StringComparison.Ordinal);
            if (venue.Answer(context.Request, isWanted) is { } answer) await context.Response.WriteAsync(answer, context.RequestAborted);
            else await AnswerAsync(context, http);
        }));
        await using var broker = venue.Create(server.Address, server.Address, new HurryingClock());

        var actual = await Calls.MakeAsync(broker, call, new Intent(Asked(fixture)));
        var found = actual.GetProperty("kind").GetString();
        return expected.EnumerateObject()
            .Select(member => member.Name == "kind" && IsKind(member.Value.GetString(), found)
                ? null
                : Meaning.Difference(member.Value, actual.Optional(member.Name), member.Name, nullIsAny: false))
            .FirstOrDefault(difference => difference is not null) is { } difference ? $"{difference} in {actual}" : null;
    }

    // Venues that answer with an order and those that only acknowledge say the same: it is taken.
    private static bool IsKind(string? expected, string? found) =>
        expected == found
        || (expected, found) is ("ack" or "replaceAck" or "cancelAck" or "order", "order" or "cancelAck") or ("notFound", "error") or ("account", "balance")
            or ("positions", "position") or ("balances", "balance") or ("executions", "fills");

    /// <summary>The order that the call is about: as the fixture says, else any.</summary>
    private static JsonElement Asked(JsonElement fixture)
    {
        if (fixture.Optional("intent") is { } intent) return intent;

        var expected = fixture.GetProperty("expect");
        return JsonSerializer.SerializeToElement(new
        {
            clientOrderId = expected.Optional("clientOrderId")?.GetString() ?? "c-1",
            venueOrderId = expected.Optional("venueOrderId")?.ToString() ?? (fixture.Optional("call")?.GetString() is "PlaceOrder" ? null : "1"),
            venueSymbol = expected.Optional("venueSymbol")?.GetString() ?? fixture.GetProperty("http").Optional("body")?.SymbolIn() ?? "AAPL",
            side = "Buy",
            type = "Limit",
            quantity = "1",
            limitPrice = "1",
        });
    }

    private static string? SymbolIn(this JsonElement body) =>
        body.ValueKind == JsonValueKind.Object && body.Optional("symbol") is { ValueKind: JsonValueKind.String } symbol ? symbol.GetString() : null;

    private static async Task AnswerAsync(HttpContext context, JsonElement http)
    {
        if (http.Optional("status") is not { } status || status.GetInt32() < 100)
        {
            // Heard, and no answer.
            context.Abort();
            return;
        }

        context.Response.StatusCode = status.GetInt32();
        foreach (var header in http.Optional("headers")?.EnumerateObject() ?? Enumerable.Empty<JsonProperty>())
            context.Response.Headers[header.Name] = header.Value.ToString();

        var body = http.Optional("body") is { } json ? Encoding.UTF8.GetBytes(json.GetRawText())
            : http.Optional("base64") is { } bytes ? bytes.GetBytesFromBase64()
            : Encoding.UTF8.GetBytes(http.Optional("text")?.GetString() ?? "");
        if (body.Length > 0) await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
