using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.BrokerRouting.Brokers.Alpaca;
using AlgoStack.Testing.Services;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace AlgoStack.BrokerRouting.Tests.Brokers.Alpaca;

/// <summary>Alpaca as its documentation has it: one account, one share, orders that trade when the test says so.</summary>
internal sealed class AlpacaVenue : FakeWireVenue
{
    private const string KeyId = "PKFAKE";
    private const string KeySecret = "fake-secret";

    private readonly Lock _gate = new();
    private readonly List<JsonObject> _orders = [];
    private readonly List<JsonObject> _fills = [];
    private readonly List<WebSocket> _listeners = [];
    private HttpPeer _server = null!;
    private int _lastId;

    public override string Symbol => "AAPL";

    protected override string Broken => """{"code":50310000,"message":"service unavailable"}""";

    protected override string TooMany => """{"code":42910000,"message":"rate limit exceeded"}""";

    protected override (string Name, string Zero) NothingFilled => ("filled_qty", "0");

    public static async Task<AlpacaVenue> StartAsync()
    {
        var venue = new AlpacaVenue();
        venue._server = await HttpPeer.StartAsync(routes => routes.Map("/{**path}", venue.ServeAsync));
        return venue;
    }

    public override IBroker Connect(TimeProvider clock, bool withWrongKey) => Connect(_server.Address, clock, withWrongKey);

    public override IBroker ConnectToNobody(TimeProvider clock) => Connect(VenueHttpTests.UnusedAddress(), clock, withWrongKey: false);

    public override int Received(string clientId)
    {
        lock (_gate) return _orders.Count(order => Text(order, "client_order_id") == clientId);
    }

    public override async Task FillAsync(string clientId, decimal quantity)
    {
        JsonObject update;
        lock (_gate)
        {
            var order = _orders.First(order => Text(order, "client_order_id") == clientId);
            var filled = decimal.Parse(Text(order, "filled_qty"), CultureInfo.InvariantCulture) + quantity;
            var isDone = filled.ToString(CultureInfo.InvariantCulture) == Text(order, "qty");
            order["filled_qty"] = filled.ToString(CultureInfo.InvariantCulture);
            order["filled_avg_price"] = Price.ToString(CultureInfo.InvariantCulture);
            order["status"] = isDone ? "filled" : "partially_filled";

            var id = NextId();
            var now = Now();
            _fills.Add(new JsonObject
            {
                ["activity_type"] = "FILL",
                ["id"] = $"20260302150000000::{id}",
                ["order_id"] = Text(order, "id"),
                ["symbol"] = Symbol,
                ["side"] = Text(order, "side"),
                ["qty"] = quantity.ToString(CultureInfo.InvariantCulture),
                ["cum_qty"] = Text(order, "filled_qty"),
                ["price"] = Price.ToString(CultureInfo.InvariantCulture),
                ["transaction_time"] = now,
            });
            update = new JsonObject
            {
                ["event"] = isDone ? "fill" : "partial_fill",
                ["execution_id"] = id,
                ["qty"] = quantity.ToString(CultureInfo.InvariantCulture),
                ["price"] = Price.ToString(CultureInfo.InvariantCulture),
                ["timestamp"] = now,
                ["order"] = order.DeepClone(),
            };
        }

        await TellAsync(update);
    }

    public override void DropStreams()
    {
        lock (_gate)
        {
            foreach (var listener in _listeners) listener.Abort();
            _listeners.Clear();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        DropStreams();
        await _server.DisposeAsync();
    }

    private static AlpacaBroker Connect(Uri address, TimeProvider clock, bool withWrongKey) => new(
        new AlpacaOptions(
            new Secret(KeyId),
            new Secret(withWrongKey ? WireBrokerContract.WrongSecret : KeySecret),
            address,
            new UriBuilder(address) { Scheme = "ws", Path = "stream" }.Uri),
        clock);

    private async Task ServeAsync(HttpContext context)
    {
        if (context.WebSockets.IsWebSocketRequest)
        {
            await ListenAsync(context);
            return;
        }

        var fault = TakeFault(isQuestion: context.Request.Method == "GET");
        if (context.Request.Headers["APCA-API-SECRET-KEY"] != KeySecret)
        {
            await SayAsync(context, 403, """{"message":"forbidden."}""");
            return;
        }

        if (await RefusesAsync(context, fault)) return;

        var (status, answer, told) = await ActAsync(context.Request);
        if (told is not null) await TellAsync(told);
        await AnswerAsync(context, fault, status, answer);
    }

    private async Task<(int Status, string Answer, JsonObject? Told)> ActAsync(HttpRequest request)
    {
        var body = request.Method is "POST" or "PATCH" ? (await JsonNode.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted))!.AsObject() : [];
        var path = request.Path.Value!;
        var id = path.StartsWith("/v2/orders/", StringComparison.Ordinal) ? path["/v2/orders/".Length..] : "";
        lock (_gate)
        {
            return (request.Method, path) switch
            {
                ("POST", "/v2/orders") => Place(body),
                ("GET", "/v2/orders:by_client_order_id") => Found(order => Text(order, "client_order_id") == request.Query["client_order_id"]),
                ("GET", "/v2/orders") => (200, List(_orders.Where(IsOpen)), null),
                ("GET", "/v2/account/activities/FILL") => (200, List(_fills), null),
                ("GET", "/v2/positions") => (200, Positions(), null),
                ("GET", "/v2/account") => (200, """{"currency":"USD","cash":"100000","buying_power":"200000"}""", null),
                ("GET", "/v2/assets/AAPL") => (200, """{"class":"us_equity","symbol":"AAPL","status":"active","tradable":true,"fractionable":false}""", null),
                ("GET", _) when id.Length > 0 => Found(order => Text(order, "id") == id),
                ("DELETE", _) => Cancel(id),
                ("PATCH", _) => Replace(id, body),
                _ => (404, """{"code":40410000,"message":"asset not found"}""", null),
            };
        }
    }

    private (int Status, string Answer, JsonObject? Told) Place(JsonObject body)
    {
        if (Text(body, "symbol") != Symbol) return (422, """{"code":42210000,"message":"asset \"NOSUCH\" not found"}""", null);
        if (_orders.Exists(order => Text(order, "client_order_id") == Text(body, "client_order_id")))
            return (422, """{"code":40010001,"message":"client_order_id must be unique"}""", null);

        var placed = Add(body);
        return (200, placed.ToJsonString(), new JsonObject { ["event"] = "new", ["timestamp"] = Now(), ["order"] = placed.DeepClone() });
    }

    private JsonObject Add(JsonObject words)
    {
        var order = words.DeepClone().AsObject();
        order["id"] = NextId();
        order["status"] = "new";
        order["filled_qty"] = "0";
        order["filled_avg_price"] = null;
        order["submitted_at"] = Now();
        order["updated_at"] = Now();
        _orders.Add(order);
        return order;
    }

    private (int Status, string Answer, JsonObject? Told) Found(Func<JsonObject, bool> isIt) =>
        _orders.Find(order => isIt(order)) is { } order
            ? (200, order.ToJsonString(), null)
            : (404, """{"code":40410000,"message":"order not found"}""", null);

    private (int Status, string Answer, JsonObject? Told) Cancel(string id)
    {
        if (_orders.Find(order => Text(order, "id") == id) is not { } found) return (404, """{"code":40410000,"message":"order not found"}""", null);
        if (!IsOpen(found)) return (422, """{"code":42210000,"message":"order is not cancelable"}""", null);

        found["status"] = "canceled";
        return (204, "", new JsonObject { ["event"] = "canceled", ["timestamp"] = Now(), ["order"] = found.DeepClone() });
    }

    private (int Status, string Answer, JsonObject? Told) Replace(string id, JsonObject change)
    {
        if (_orders.Find(order => Text(order, "id") == id) is not { } found) return (404, """{"code":40410000,"message":"order not found"}""", null);
        if (!IsOpen(found)) return (422, """{"code":42210000,"message":"cannot replace order in filled status"}""", null);

        var words = found.DeepClone().AsObject();
        foreach (var (name, value) in change) words[name] = value?.DeepClone();
        var next = Add(words);
        found["status"] = "replaced";
        found["replaced_by"] = Text(next, "id");
        return (200, next.ToJsonString(), new JsonObject { ["event"] = "replaced", ["timestamp"] = Now(), ["order"] = found.DeepClone() });
    }

    private string Positions()
    {
        var held = _fills.Sum(fill => decimal.Parse(Text(fill, "qty"), CultureInfo.InvariantCulture));
        return held == 0 ? "[]" : List([new JsonObject { ["symbol"] = Symbol, ["asset_class"] = "us_equity", ["side"] = "long", ["qty"] = $"{held}", ["avg_entry_price"] = "100" }]);
    }

    private async Task ListenAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        try
        {
            while (await HearAsync(socket) is { } message)
            {
                if (Text(message, "action") == "authenticate")
                {
                    var isRight = Text(message["data"]!.AsObject(), "secret_key") == KeySecret;
                    await SendAsync(socket, $$$"""{"stream":"authorization","data":{"status":"{{{(isRight ? "authorized" : "unauthorized")}}}","action":"authenticate"}}""");
                }
                else
                {
                    lock (_gate) _listeners.Add(socket);
                    await SendAsync(socket, """{"stream":"listening","data":{"streams":["trade_updates"]}}""");
                }
            }
        }
        catch (WebSocketException)
        {
            // It left without a word.
        }

        lock (_gate) _listeners.Remove(socket);
    }

    private async Task TellAsync(JsonObject update)
    {
        List<WebSocket> listeners;
        lock (_gate) listeners = [.. _listeners];
        foreach (var listener in listeners)
            await SendAsync(listener, new JsonObject { ["stream"] = "trade_updates", ["data"] = update.DeepClone() }.ToJsonString());
    }

    private static async Task<JsonObject?> HearAsync(WebSocket socket)
    {
        var buffer = new byte[4096];
        var message = await socket.ReceiveAsync(buffer, CancellationToken.None);
        return message.MessageType == WebSocketMessageType.Close ? null : JsonNode.Parse(buffer.AsSpan(0, message.Count))!.AsObject();
    }

    private static Task SendAsync(WebSocket socket, string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);

    private static bool IsOpen(JsonObject order) => Text(order, "status") is "new" or "partially_filled";

    private static string Text(JsonObject json, string name) => json[name]!.GetValue<string>();

    private static string List(IEnumerable<JsonObject> items) => $"[{string.Join(',', items.Select(item => item.ToJsonString()))}]";

    private static string Now() => TimeProvider.System.GetUtcNow().ToString("O");

    private string NextId() => string.Create(CultureInfo.InvariantCulture, $"id-{++_lastId}");
}
