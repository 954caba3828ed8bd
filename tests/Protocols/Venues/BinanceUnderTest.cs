using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.BrokerRouting.Brokers.Binance;
using AlgoStack.Trading.Venues;
using Microsoft.AspNetCore.Http;

namespace AlgoStack.Protocols.Venues;

internal sealed class BinanceUnderTest : VenueUnderTest
{
    private const string ApiKey = "test-key";
    private const string KeySecret = "test-secret";

    public override string Name => "binance";

    public override IBroker Create(Uri http, Uri stream, TimeProvider clock) =>
        new BinanceBroker(new BinanceOptions(new BinanceKey(new Secret(ApiKey), new Secret(KeySecret)), http, stream), clock);

    public override VenueInstrument ReadInstrument(JsonElement record) => BinanceInstruments.Read(record);

    // The time is asked for where ours is said to be wrong; an order to be replaced is asked for before.
    public override string? Answer(HttpRequest request, bool isWanted) => (request.Method, request.Path.Value) switch
    {
        ("GET", "/api/v3/time") => $$"""{"serverTime":{{TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()}}}""",
        ("GET", "/api/v3/order") when !isWanted =>
            $$"""
            {"symbol":"{{request.Query["symbol"]}}","orderId":1,"clientOrderId":"found","price":"1.0","origQty":"1.0","executedQty":"0.0",
             "status":"NEW","timeInForce":"GTC","type":"LIMIT","side":"BUY"}
            """,
        _ => null,
    };

    // The API with the account's events has another host.
    public override bool IsMarketData(string url) => url.Contains("//stream.", StringComparison.Ordinal) || url.Contains("//data-stream.", StringComparison.Ordinal);

    public override string? WhyNotSigned(SentRequest request)
    {
        const string Signature = "&signature=";
        var text = request.Query.TrimStart('?') + request.Body;
        var at = text.LastIndexOf(Signature, StringComparison.Ordinal);
        if (request.Headers.GetValueOrDefault("X-MBX-APIKEY") != ApiKey) return "expected the key in the header X-MBX-APIKEY";
        if (at < 0) return $"expected a signature, found {text}";

        var expected = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(KeySecret), Encoding.UTF8.GetBytes(text[..at])));
        return text[(at + Signature.Length)..] == expected ? null : $"expected the signature {expected} at the end, found {text}";
    }

    public override Task<string?> WhyNotAsync(JsonElement vector)
    {
        var secret = vector.Optional("test_private_key_pem") ?? vector.GetProperty("credentials").GetProperty("secret");
        var key = new BinanceKey(new Secret(ApiKey), new Secret(secret.GetString()!));
        var text = vector.GetProperty("string_to_sign").GetString()!;
        if (vector.Optional("logical_params") is { } logical)
        {
            var query = BinanceKey.Query(logical.EnumerateArray().Select(pair => (pair[0].GetString()!, pair[1].ToString())));
            if (query != text) return Task.FromResult<string?>($"expected to sign {text}, found {query}");
        }

        var expected = vector.GetProperty("expect");
        var signature = vector.Optional("params") is { } parameters
            ? key.SignSocket(parameters.EnumerateObject().Select(parameter => (parameter.Name, parameter.Value.ToString())))
            : key.Sign(text);
        return Task.FromResult(expected.EnumerateObject()
            .Select(member => (member.Name, Expected: member.Value.GetString(), Found: member.Name switch
            {
                "signature" or "signature_base64" => signature,
                "signature_in_query" => Uri.EscapeDataString(signature),
                _ => null,
            }))
            .Where(member => member.Found is not null && member.Found != member.Expected)
            .Select(member => $"{member.Name}: expected {member.Expected}, found {member.Found}")
            .FirstOrDefault());
    }
}
