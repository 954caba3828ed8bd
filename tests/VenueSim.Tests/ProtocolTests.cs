using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using AlgoStack.Testing;
using AlgoStack.Testing.Venues;
using AlgoStack.VenueSim.Tests.Running;
using FluentAssertions;
using Xunit;

namespace AlgoStack.VenueSim.Tests;

/// <summary>The wire, against the recorded samples of ../shared/protocols/alpaca where there are some.</summary>
public sealed class ProtocolTests(VenueFixture here) : IClassFixture<VenueFixture>
{
    [SharedDataFact]
    public async Task An_order_has_the_members_of_the_samples_in_the_same_kinds()
    {
        var symbol = await here.ListAsync(100);
        var sample = Sample("responses.json").GetProperty("cases")[0].GetProperty("http").GetProperty("body");

        var order = await here.PlaceAsync(
            new { symbol, qty = "10", side = "buy", type = "limit", limit_price = "190", time_in_force = "day", client_order_id = "sample" });

        ShouldLookLike(order.Json, sample);
    }

    [SharedDataFact]
    public async Task The_stream_speaks_the_frames_of_the_sample()
    {
        var symbol = await here.ListAsync(100);
        var frames = Sample("stream.json").GetProperty("cases")[0].GetProperty("frames").EnumerateArray().Select(f => f.GetProperty("frame")).ToArray();
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(here.Venue.StreamAddress, CancellationToken.None);

        var authorized = await TradeListener.ConverseAsync(
            socket, new { action = "authenticate", data = new { key_id = VenueProcess.Key, secret_key = VenueProcess.Secret } });
        JsonElement.DeepEquals(authorized, frames[1]).Should().BeTrue("it said {0}", authorized);
        var listening = await TradeListener.ConverseAsync(socket, frames[2]);
        JsonElement.DeepEquals(listening, frames[3]).Should().BeTrue("it said {0}", listening);

        await using var listener = await TradeListener.ConnectAsync(here.Venue);
        await here.PlaceAsync(
            new { symbol, qty = "10", side = "buy", type = "limit", limit_price = "90", time_in_force = "day", client_order_id = "framed" });
        await here.Venue.TellAsync("orders/framed/fill", new { qty = 4, price = 89.99 });
        await Eventually.Equal(2, () => listener.Updates.Count);
        var update = listener.Updates.Last();
        var sample = frames[4].GetProperty("data");
        ShouldLookLike(update, sample);
        ShouldLookLike(update.GetProperty("order"), sample.GetProperty("order"));
        update.GetProperty("event").GetString().Should().Be("partial_fill");
        string?[] numbers = [.. new[] { "qty", "position_qty", "price" }.Select(name => update.GetProperty(name).GetString())];
        numbers.Should().Equal("4", "4", "89.99");
    }

    [Fact]
    public async Task The_newer_form_of_signing_in_is_taken_too()
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(here.Venue.StreamAddress, CancellationToken.None);

        var answer = await TradeListener.ConverseAsync(socket, new { action = "auth", key = VenueProcess.Key, secret = VenueProcess.Secret });

        answer.GetProperty("data").GetProperty("status").GetString().Should().Be("authorized");
    }

    [Fact]
    public async Task Wrong_keys_are_refused_by_both()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(here.Venue.Address, "/v2/account"));
        request.Headers.Add("APCA-API-KEY-ID", VenueProcess.Key);
        request.Headers.Add("APCA-API-SECRET-KEY", "wrong");
        using var http = new HttpClient();
        using var response = await http.SendAsync(request);
        using var nameless = await http.GetAsync(new Uri(here.Venue.Address, "/v2/account"));
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(here.Venue.StreamAddress, CancellationToken.None);

        var answer = await TradeListener.ConverseAsync(socket, new { action = "authenticate", data = new { key_id = "x", secret_key = "y" } });

        (await VenueFixture.ReadAsync(response)).Should().Match<Answer>(a => a.Status == HttpStatusCode.Forbidden && a["message"] == "forbidden.");
        (await VenueFixture.ReadAsync(nameless)).Should().Match<Answer>(a => a.Status == HttpStatusCode.Unauthorized && a.Code == 40110000);
        answer.GetProperty("data").GetProperty("status").GetString().Should().Be("unauthorized");
    }

    [Theory]
    [InlineData("""{"symbol":"NOPE","qty":"1","side":"buy","type":"market","time_in_force":"day"}""", 422, 42210000)]
    [InlineData("""{"symbol":"AAPL","qty":"-1","side":"buy","type":"market","time_in_force":"day"}""", 422, 42210000)]
    [InlineData("""{"symbol":"AAPL","qty":"0","side":"buy","type":"market","time_in_force":"day"}""", 422, 42210000)]
    [InlineData("""{"symbol":"AAPL","qty":"0.00000000000000000001","side":"buy","type":"market","time_in_force":"day"}""", 422, 42210000)]
    [InlineData("""{"symbol":"AAPL","qty":"1.5","side":"buy","type":"market","time_in_force":"gtc"}""", 422, 42210000)]
    [InlineData("""{"symbol":"AAPL","qty":"1","side":"buy","type":"limit","time_in_force":"day"}""", 422, 42210000)]
    [InlineData("""{"symbol":"AAPL","qty":"1","side":"buy","type":"limit","time_in_force":"day","limit_price":"290.123"}""", 422, 42210000)]
    [InlineData("""{"symbol":"AAPL","qty":"1","side":"buy","type":"limit","time_in_force":"day","limit_price":"0.12345"}""", 422, 42210000)]
    [InlineData("""{"symbol":"AAPL","qty":"1","side":"buy","type":"limit","time_in_force":"day","limit_price":"0"}""", 422, 42210000)]
    [InlineData("""{"symbol":"AAPL","qty":"1","side":"buy","type":"market","time_in_force":"day","stop_price":"5"}""", 422, 42210000)]
    [InlineData("""{"symbol":"AAPL","qty":"1","side":"buy","type":"trailing_stop","time_in_force":"day"}""", 422, 42210000)]
    [InlineData("""{"symbol":"AAPL","qty":"1","side":"buy","type":"market","time_in_force":"ioc","order_class":"bracket"}""", 422, 42210000)]
    [InlineData("""{"symbol":"AAPL","qty":"1","side":"hold","type":"market","time_in_force":"day"}""", 422, 40010001)]
    [InlineData("""{"symbol":"AAPL","qty":"ten","side":"buy","type":"market","time_in_force":"day"}""", 422, 40010001)]
    [InlineData("""{"symbol":"AAPL","side":"buy","type":"market","time_in_force":"day"}""", 422, 40010001)]
    [InlineData("""{"symbol":"AAPL","qty":"1","side":"buy","type":"market","time_in_force":"opg"}""", 422, 40010001)]
    [InlineData("""{"symbol":"AAPL","qty":"1","side":"bu""", 400, 40010000)]
    [InlineData("""["AAPL"]""", 400, 40010000)]
    public async Task Bad_orders_are_refused_with_alpacas_codes(string body, int status, long code)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await here.Venue.Http.PostAsync(new Uri("/v2/orders", UriKind.Relative), content);

        var answer = await VenueFixture.ReadAsync(response);
        ((int)answer.Status, answer.Code).Should().Be((status, code));
    }

    [Fact]
    public async Task A_body_that_is_too_long_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v2/orders") { Content = new ByteArrayContent(new byte[10 * 1024 * 1024]) };
        // Else the answer can come while the client still sends, and is lost to it.
        request.Headers.ExpectContinue = true;
        using var response = await here.Venue.Http.SendAsync(request);

        response.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
    }

    [Theory]
    [InlineData("/v2/orders/a1a5eed0-0000-4000-8000-ffffffffffff", 404, 40410000)]
    [InlineData("/v2/orders/nonsense", 422, 40010001)]
    [InlineData("/v2/orders:by_client_order_id?client_order_id=nobody", 404, 40410000)]
    [InlineData("/v2/orders?limit=501", 422, 40010001)]
    [InlineData("/v2/orders?status=strange", 422, 40010001)]
    [InlineData("/v2/positions/AAPL", 404, 40410000)]
    [InlineData("/v2/assets/NOPE", 404, 40410000)]
    [InlineData("/v2/account/activities/FFFFF", 422, 40010001)]
    public async Task Questions_about_what_is_not_there_are_answered_with_alpacas_codes(string path, int status, long code)
    {
        var answer = await here.GetAsync(path);

        ((int)answer.Status, answer.Code).Should().Be((status, code));
    }

    [Fact]
    public async Task Assets_say_what_may_be_traded()
    {
        await here.Venue.TellAsync("assets", new { symbol = "HALT", tradable = false, fractionable = false });

        var assets = (await here.GetAsync("/v2/assets")).Json.EnumerateArray().ToDictionary(a => a.GetProperty("symbol").GetString()!, StringComparer.Ordinal);

        assets["AAPL"].GetProperty("tradable").GetBoolean().Should().BeTrue();
        assets["HALT"].GetProperty("status").GetString().Should().Be("inactive");
        (await here.GetAsync("/v2/assets/BTC%2FUSD"))["class"].Should().Be("crypto");
        (await here.PlaceAsync(new { symbol = "HALT", qty = 1, side = "buy", type = "market", time_in_force = "day" })).Code.Should().Be(42210000);
    }

    /// <summary>Has every member of the sample, of the same kind where both have a value.</summary>
    private static void ShouldLookLike(JsonElement actual, JsonElement sample)
    {
        foreach (var member in sample.EnumerateObject())
        {
            actual.TryGetProperty(member.Name, out var value).Should().BeTrue("the sample has {0}", member.Name);
            if (value.ValueKind != JsonValueKind.Null && member.Value.ValueKind is not (JsonValueKind.Null or JsonValueKind.False or JsonValueKind.True))
                value.ValueKind.Should().Be(member.Value.ValueKind, "that is the kind of {0}", member.Name);
        }
    }

    private static JsonElement Sample(string file) => JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(SharedData.ProtocolPath($"alpaca/{file}")));
}
