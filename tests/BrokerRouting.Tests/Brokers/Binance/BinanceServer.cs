using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.BrokerRouting.Brokers.Binance;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;

namespace AlgoStack.BrokerRouting.Tests.Brokers.Binance;

/// <summary>
/// Speaks Binance's REST and WebSocket API: checks the signature over what was really sent, stamps, filters and parameters,
/// and trades BTCUSDT and ETHUSDT at a price that stands still.
/// </summary>
internal sealed class BinanceServer : FakeWireVenue
{
    public const string ApiKey = "test-api-key";
    public const string Secret = "test-secret";

    private const decimal FeeRate = 0.001m;

    private readonly Lock _gate = new();
    private readonly WebApplication _app;
    private readonly List<Order> _orders = [];
    private readonly List<JsonObject> _trades = [];
    private readonly Dictionary<string, long> _lastTrade = new(StringComparer.Ordinal) { ["BTCUSDT"] = 100, ["ETHUSDT"] = 100 };
    private readonly ConcurrentDictionary<WebSocket, byte> _listeners = new();
    private readonly ConcurrentQueue<Func<HttpContext, Task<bool>>> _faults = new();
    private readonly ConcurrentQueue<Func<HttpContext, Task<bool>>> _faultsOfQuestions = new();
    private BinanceServer(WebApplication app) => _app = app;

    public override string Symbol => "BTCUSDT";

    protected override string Broken => """{"code":-1000,"msg":"An unknown error occurred while processing the request."}""";

    protected override string TooMany => """{"code":-1003,"msg":"Too much request weight used."}""";

    protected override (string Name, string Zero) NothingFilled => ("executedQty", "0.00000000");

    public Uri Address => new(_app.Urls.Single());

    public Dictionary<string, decimal> Prices { get; } = new(StringComparer.Ordinal) { ["BTCUSDT"] = 40_000, ["ETHUSDT"] = 2_000 };

    public SortedDictionary<string, decimal> Balances { get; } = new(StringComparer.Ordinal) { ["BTC"] = 10, ["ETH"] = 10, ["USDT"] = 1_000_000 };

    public TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>What it says the time is, less what it is.</summary>
    public TimeSpan Ahead { get; set; }

    /// <summary>What of a minute's weight it says is used.</summary>
    public int UsedWeight { get; set; }

    /// <summary>Each event goes out that often.</summary>
    public int EventCopies { get; set; } = 1;

    /// <summary>Method and path of every request, in order; those that were refused too.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>The parameters of every signed request, in order.</summary>
    public ConcurrentQueue<IReadOnlyDictionary<string, string>> Signed { get; } = new();

    public int Placed
    {
        get
        {
            lock (_gate) return _orders.Count;
        }
    }

    public static async Task<BinanceServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var server = new BinanceServer(app);
        app.UseWebSockets();
        app.Run(server.ServeAsync);
        await app.StartAsync(CancellationToken.None);
        return server;
    }

    public BinanceBroker Broker(TimeProvider? clock = null, string secret = Secret) => Broker(Address, clock ?? TimeProvider.System, secret);

    public override IBroker Connect(TimeProvider clock, bool withWrongKey)
    {
        Clock = clock;
        return Broker(clock, withWrongKey ? WireBrokerContract.WrongSecret : Secret);
    }

    public override IBroker ConnectToNobody(TimeProvider clock) => Broker(VenueHttpTests.UnusedAddress(), clock, Secret);

    public override int Received(string clientId)
    {
        lock (_gate) return _orders.Count(o => o.ClientId == clientId);
    }

    /// <summary>Answers so instead of looking at the next request that changes orders.</summary>
    public void AnswerNext(int status, string body, string? retryAfter = null) => _faults.Enqueue(context => InsteadAsync(context, status, body, retryAfter));

    /// <summary>Answers so instead of looking at the next question.</summary>
    public void AnswerNextQuestion(int status, string body, string? retryAfter = null) =>
        _faultsOfQuestions.Enqueue(context => InsteadAsync(context, status, body, retryAfter));

    /// <summary>Does what the next request that changes orders asks for, and answers so all the same.</summary>
    public void AnswerNextOnceDone(int status, string body) => _faults.Enqueue(async context =>
    {
        await SayAsync(context, status, body);
        return true;
    });

    public override Task FillAsync(string clientId, decimal quantity)
    {
        lock (_gate) Trade(_orders.Last(o => o.ClientId == clientId), quantity);
        return Task.CompletedTask;
    }

    /// <summary>Sends an event to whoever listens.</summary>
    public void Tell(JsonObject happened, bool isWrapped = true)
    {
        var frame = isWrapped ? new JsonObject { ["subscriptionId"] = 0, ["event"] = happened } : happened;
        foreach (var socket in _listeners.Keys)
        {
            try
            {
                lock (socket) Send(socket, frame);
            }
            catch (WebSocketException)
            {
                // It left.
            }
        }
    }

    public override void DropStreams()
    {
        foreach (var socket in _listeners.Keys)
        {
            _listeners.TryRemove(socket, out _);
            socket.Abort();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        DropStreams();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    private static BinanceBroker Broker(Uri address, TimeProvider clock, string secret) => new(
        new BinanceOptions(
            new BinanceKey(new Secret(ApiKey), new Secret(secret)),
            address,
            new UriBuilder(address) { Scheme = "ws", Path = "ws-api/v3" }.Uri),
        clock);

    private long Now => (Clock.GetUtcNow() + Ahead).ToUnixTimeMilliseconds();

    private async Task ServeAsync(HttpContext context)
    {
        if (context.WebSockets.IsWebSocketRequest)
        {
            await ListenAsync(context);
            return;
        }

        var request = context.Request;
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var call = $"{request.Method} {request.Path}";
        Asked.Enqueue(call);
        if ((request.Method == "GET" ? _faultsOfQuestions : _faults).TryDequeue(out var fault))
        {
            if (!await fault(context)) return;

            lock (_gate) Answer(context, call, body);
            return;
        }

        var kind = TakeFault(isQuestion: request.Method == "GET");
        if (await RefusesAsync(context, kind)) return;

        int status;
        JsonNode? answer;
        lock (_gate) (status, answer) = Answer(context, call, body);
        if (request.Path == "/api/v3/order" && request.Method == "POST")
        {
            context.Response.Headers["X-MBX-ORDER-COUNT-10S"] = _orders.Count.ToString(CultureInfo.InvariantCulture);
            context.Response.Headers["X-MBX-ORDER-COUNT-1D"] = _orders.Count.ToString(CultureInfo.InvariantCulture);
        }

        context.Response.Headers["X-MBX-USED-WEIGHT-1M"] = (++UsedWeight).ToString(CultureInfo.InvariantCulture);
        await AnswerAsync(context, kind, status, answer?.ToJsonString() ?? "");
    }

    private static async Task<bool> InsteadAsync(HttpContext context, int status, string body, string? retryAfter)
    {
        if (retryAfter is not null) context.Response.Headers.RetryAfter = retryAfter;
        await SayAsync(context, status, body);
        return false;
    }

    private (int Status, JsonNode? Answer) Answer(HttpContext context, string call, string body)
    {
        switch (call)
        {
            case "GET /api/v3/time":
                return (200, new JsonObject { ["serverTime"] = Now });
            case "GET /api/v3/exchangeInfo":
                return Exchange(context.Request.Query["symbols"].ToString());
        }

        var text = (context.Request.QueryString.Value ?? "").TrimStart('?') + body;
        var parameters = QueryHelpers.ParseQuery(text).ToDictionary(p => p.Key, p => p.Value.ToString(), StringComparer.Ordinal);
        Signed.Enqueue(parameters);
        return WhyNot(context.Request, text, parameters) ?? call switch
        {
            "POST /api/v3/order" => Place(parameters),
            "GET /api/v3/order" => Find(parameters, "orderId", "origClientOrderId") is { } order ? (200, order.Show()) : Error(-2013, "Order does not exist."),
            "DELETE /api/v3/order" => Cancel(parameters),
            "POST /api/v3/order/cancelReplace" => Replace(parameters),
            "GET /api/v3/openOrders" => (200, new JsonArray([.. _orders.Where(o => o.IsOpen).Select(o => o.Show())])),
            "GET /api/v3/myTrades" => Trades(parameters),
            "GET /api/v3/account" => (200, Account()),
            _ => (404, null),
        };
    }

    private (int, JsonNode?)? WhyNot(HttpRequest request, string text, Dictionary<string, string> parameters)
    {
        if (request.Headers["X-MBX-APIKEY"] != ApiKey) return (401, Error(-2015, "Invalid API-key, IP, or permissions for action.").Item2);

        var at = text.LastIndexOf("&signature=", StringComparison.Ordinal);
        if (at < 0 || text[(at + 1)..] != $"signature={Sign(text[..at])}") return Error(-1022, "Signature for this request is not valid.");

        var stamp = long.Parse(parameters["timestamp"], CultureInfo.InvariantCulture);
        if (stamp >= Now + 1000) return Error(-1021, "Timestamp for this request was 1000ms ahead of the server's time.");
        if (Now - stamp > long.Parse(parameters["recvWindow"], CultureInfo.InvariantCulture))
            return Error(-1021, "Timestamp for this request is outside of the recvWindow.");
        return null;
    }

    private (int, JsonNode?) Place(Dictionary<string, string> parameters)
    {
        if (WhyNotPlaced(parameters) is { } refusal) return refusal;

        var order = New(parameters);
        return (200, order.Show(withFills: true));
    }

    private (int, JsonNode?)? WhyNotPlaced(Dictionary<string, string> parameters)
    {
        var type = parameters["type"];
        string[] takes = type switch
        {
            "MARKET" => ["quantity"],
            "LIMIT" => ["quantity", "price", "timeInForce"],
            "LIMIT_MAKER" => ["quantity", "price"],
            "STOP_LOSS" => parameters.ContainsKey("trailingDelta") ? ["quantity", "trailingDelta"] : ["quantity", "stopPrice"],
            "STOP_LOSS_LIMIT" => ["quantity", "price", "stopPrice", "timeInForce"],
            _ => [],
        };
        if (takes.Length == 0) return Error(-1116, "Invalid orderType.");
        foreach (var name in (string[])["quantity", "price", "stopPrice", "timeInForce", "trailingDelta"])
        {
            if (parameters.ContainsKey(name) == takes.Contains(name)) continue;
            return parameters.ContainsKey(name)
                ? Error(-1106, $"Parameter '{name}' sent when not required.")
                : Error(-1102, $"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.");
        }

        if (!Prices.TryGetValue(parameters["symbol"], out var market)) return Error(-1121, "Invalid symbol.");
        if (_orders.Exists(o => o.IsOpen && o.ClientId == parameters["newClientOrderId"])) return Error(-2010, "Duplicate order sent.");

        var quantity = Number(parameters, "quantity");
        var price = parameters.ContainsKey("price") ? Number(parameters, "price") : market;
        var takesNow = type == "MARKET" || (type is "LIMIT" or "LIMIT_MAKER" && (parameters["side"] == "BUY" ? price >= market : price <= market));
        if (quantity % 0.00001m != 0 || quantity <= 0) return Error(-1013, "Filter failure: LOT_SIZE");
        if (price % 0.01m != 0) return Error(-1013, "Filter failure: PRICE_FILTER");
        if (quantity * price < 5) return Error(-1013, "Filter failure: NOTIONAL");
        if (type == "LIMIT_MAKER" && takesNow) return Error(-2010, "Order would immediately match and take.");
        var (needed, coin) = parameters["side"] == "BUY" ? (quantity * price, "USDT") : (quantity, parameters["symbol"][..^4]);
        return Balances[coin] < needed ? Error(-2010, "Account has insufficient balance for requested action.") : null;
    }

    private Order New(Dictionary<string, string> parameters)
    {
        var order = new Order(_orders.Count + 1, parameters, Now);
        _orders.Add(order);
        Report(order, "NEW", order.ClientId, "");
        var market = Prices[order.Symbol];
        var takes = order.Type == "MARKET" || (order.Type == "LIMIT" && (order.Side == "BUY" ? order.Price >= market : order.Price <= market));
        if (takes)
        {
            // In two halves, so that there is an order that has filled in part.
            var half = decimal.Floor(order.Quantity / 2 / 0.00001m) * 0.00001m;
            if (half > 0) Trade(order, half);
            Trade(order, order.Quantity - order.Filled);
        }
        else if (order.TimeInForce is "IOC" or "FOK")
        {
            order.Status = "EXPIRED";
            Report(order, "EXPIRED", order.ClientId, "");
        }

        return order;
    }

    private (int, JsonNode?) Cancel(Dictionary<string, string> parameters)
    {
        if (Find(parameters, "orderId", "origClientOrderId") is not { IsOpen: true } order) return Error(-2011, "Unknown order sent.");

        Cancel(order);
        return (200, order.ShowCanceled());
    }

    private void Cancel(Order order)
    {
        order.Status = "CANCELED";
        Report(order, "CANCELED", "cancel-of-it", order.ClientId);
    }

    private (int, JsonNode?) Replace(Dictionary<string, string> parameters)
    {
        var old = _orders.Find(o => o.Id.ToString(CultureInfo.InvariantCulture) == parameters["cancelOrderId"]);
        if (old is not { IsOpen: true } || (parameters["cancelRestrictions"] == "ONLY_NEW" && old.Status != "NEW"))
        {
            var cancel = old is { IsOpen: true }
                ? Error(-2011, "Order was not canceled due to cancel restrictions.").Item2
                : Error(-2011, "Unknown order sent.").Item2;
            return (400, Halves(-2022, "Order cancel-replace failed.", "FAILURE", cancel, "NOT_ATTEMPTED", null));
        }

        Cancel(old);
        return WhyNotPlaced(parameters) is { } refusal
            ? (409, Halves(-2021, "Order cancel-replace partially failed.", "SUCCESS", old.ShowCanceled(), "FAILURE", refusal.Item2))
            : (200, new JsonObject
            {
                ["cancelResult"] = "SUCCESS",
                ["newOrderResult"] = "SUCCESS",
                ["cancelResponse"] = old.ShowCanceled(),
                ["newOrderResponse"] = New(parameters).Show(withFills: true),
            });
    }

    private static JsonObject Halves(int code, string text, string cancelResult, JsonNode? cancel, string newResult, JsonNode? placed) => new()
    {
        ["code"] = code,
        ["msg"] = text,
        ["data"] = new JsonObject
        {
            ["cancelResult"] = cancelResult,
            ["newOrderResult"] = newResult,
            ["cancelResponse"] = cancel,
            ["newOrderResponse"] = placed,
        },
    };

    private void Trade(Order order, decimal quantity)
    {
        var price = order.Type is "LIMIT" or "LIMIT_MAKER" ? order.Price : Prices[order.Symbol];
        var coin = order.Symbol[..^4];
        var (fee, feeCoin) = order.Side == "BUY" ? (quantity * FeeRate, coin) : (quantity * price * FeeRate, "USDT");
        var sign = order.Side == "BUY" ? 1 : -1;
        Balances[coin] += sign * quantity;
        Balances["USDT"] -= sign * quantity * price;
        Balances[feeCoin] -= fee;

        order.Filled += quantity;
        order.Quote += quantity * price;
        order.Status = order.Filled == order.Quantity ? "FILLED" : "PARTIALLY_FILLED";
        var id = ++_lastTrade[order.Symbol];
        var fill = new JsonObject
        {
            ["price"] = Text(price),
            ["qty"] = Text(quantity),
            ["commission"] = Text(fee),
            ["commissionAsset"] = feeCoin,
            ["tradeId"] = id,
        };
        order.Fills.Add(fill);
        _trades.Add(new JsonObject
        {
            ["symbol"] = order.Symbol,
            ["id"] = id,
            ["orderId"] = order.Id,
            ["price"] = Text(price),
            ["qty"] = Text(quantity),
            ["quoteQty"] = Text(price * quantity),
            ["commission"] = Text(fee),
            ["commissionAsset"] = feeCoin,
            ["time"] = Now,
            ["isBuyer"] = order.Side == "BUY",
            ["isMaker"] = false,
        });
        Report(order, "TRADE", order.ClientId, "", fill);
    }

    private void Report(Order order, string happened, string clientId, string originalClientId, JsonObject? fill = null)
    {
        for (var i = 0; i < EventCopies; i++)
        {
            Tell(new JsonObject
            {
                ["e"] = "executionReport",
                ["E"] = Now,
                ["s"] = order.Symbol,
                ["c"] = clientId,
                ["S"] = order.Side,
                ["o"] = order.Type,
                ["f"] = order.TimeInForce,
                ["q"] = Text(order.Quantity),
                ["p"] = Text(order.Price),
                ["P"] = Text(order.StopPrice),
                ["C"] = originalClientId,
                ["x"] = happened,
                ["X"] = order.Status,
                ["r"] = "NONE",
                ["i"] = order.Id,
                ["l"] = fill?["qty"]?.GetValue<string>() ?? "0.00000000",
                ["z"] = Text(order.Filled),
                ["L"] = fill?["price"]?.GetValue<string>() ?? "0.00000000",
                ["n"] = fill?["commission"]?.GetValue<string>() ?? "0",
                ["N"] = fill?["commissionAsset"]?.GetValue<string>(),
                ["T"] = Now,
                ["t"] = fill?["tradeId"]?.GetValue<long>() ?? -1,
                ["w"] = !order.Type.StartsWith("STOP_LOSS", StringComparison.Ordinal),
                ["Z"] = Text(order.Quote),
            });
        }
    }

    private (int, JsonNode?) Trades(Dictionary<string, string> parameters)
    {
        var found = _trades.Where(t => t["symbol"]!.GetValue<string>() == parameters["symbol"]);
        if (parameters.TryGetValue("fromId", out var id))
        {
            if (parameters.ContainsKey("startTime")) return Error(-1128, "Combination of optional parameters invalid.");
            found = found.Where(t => t["id"]!.GetValue<long>() >= long.Parse(id, CultureInfo.InvariantCulture));
        }

        if (parameters.TryGetValue("startTime", out var from))
        {
            var start = long.Parse(from, CultureInfo.InvariantCulture);
            var end = parameters.TryGetValue("endTime", out var to) ? long.Parse(to, CultureInfo.InvariantCulture) : start + 86_400_000;
            if (end - start > 86_400_000) return Error(-1127, "More than 24 hours between startTime and endTime.");
            found = found.Where(t => t["time"]!.GetValue<long>() >= start && t["time"]!.GetValue<long>() <= end);
        }

        return (200, new JsonArray([.. found.Take(int.Parse(parameters["limit"], CultureInfo.InvariantCulture)).Select(t => t.DeepClone())]));
    }

    /// <summary>Trades that were made elsewhere, at the given time.</summary>
    public void HasTraded(string symbol, int count, DateTimeOffset at)
    {
        lock (_gate)
        {
            for (var i = 0; i < count; i++)
            {
                _trades.Add(new JsonObject
                {
                    ["symbol"] = symbol,
                    ["id"] = ++_lastTrade[symbol],
                    ["orderId"] = 1,
                    ["price"] = "1.5",
                    ["qty"] = "2",
                    ["commission"] = "0.00100000",
                    ["commissionAsset"] = "BNB",
                    ["time"] = at.ToUnixTimeMilliseconds(),
                    ["isBuyer"] = true,
                });
            }
        }
    }

    private JsonObject Account() => new()
    {
        ["canTrade"] = true,
        ["balances"] = new JsonArray([.. Balances.Select(b => new JsonObject
        {
            ["asset"] = b.Key,
            ["free"] = Text(b.Value - Locked(b.Key)),
            ["locked"] = Text(Locked(b.Key)),
        })]),
    };

    private decimal Locked(string coin) => _orders.Where(o => o.IsOpen).Sum(o => o.Side == "BUY"
        ? coin == "USDT" ? (o.Quantity - o.Filled) * o.Price : 0
        : coin == o.Symbol[..^4] ? o.Quantity - o.Filled : 0);

    private (int, JsonNode?) Exchange(string symbols)
    {
        var asked = JsonSerializer.Deserialize<string[]>(symbols)!;
        if (asked.Any(s => !Prices.ContainsKey(s))) return Error(-1121, "Invalid symbol.");

        return (200, new JsonObject
        {
            ["serverTime"] = Now,
            ["rateLimits"] = new JsonArray(
                new JsonObject { ["rateLimitType"] = "REQUEST_WEIGHT", ["interval"] = "MINUTE", ["intervalNum"] = 1, ["limit"] = 6000 },
                new JsonObject { ["rateLimitType"] = "ORDERS", ["interval"] = "SECOND", ["intervalNum"] = 10, ["limit"] = 100 },
                new JsonObject { ["rateLimitType"] = "ORDERS", ["interval"] = "DAY", ["intervalNum"] = 1, ["limit"] = 200000 },
                new JsonObject { ["rateLimitType"] = "RAW_REQUESTS", ["interval"] = "MINUTE", ["intervalNum"] = 5, ["limit"] = 61000 }),
            ["symbols"] = new JsonArray([.. asked.Select(s => new JsonObject
            {
                ["symbol"] = s,
                ["status"] = "TRADING",
                ["baseAsset"] = s[..^4],
                ["baseAssetPrecision"] = 8,
                ["quoteAsset"] = "USDT",
                ["quoteAssetPrecision"] = 8,
                ["filters"] = JsonNode.Parse("""
                    [{"filterType":"PRICE_FILTER","minPrice":"0.01000000","maxPrice":"1000000.00000000","tickSize":"0.01000000"},
                     {"filterType":"LOT_SIZE","minQty":"0.00001000","maxQty":"9000.00000000","stepSize":"0.00001000"},
                     {"filterType":"NOTIONAL","minNotional":"5.00000000","maxNotional":"9000000.00000000"}]
                    """),
            })]),
        });
    }

    private Order? Find(Dictionary<string, string> parameters, string id, string clientId) => parameters.TryGetValue(id, out var number)
        ? _orders.Find(o => o.Id.ToString(CultureInfo.InvariantCulture) == number)
        : _orders.FindLast(o => o.ClientId == parameters[clientId]);

    private async Task ListenAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        try
        {
            var buffer = new byte[16 * 1024];
            while (await socket.ReceiveAsync(buffer, context.RequestAborted) is { CloseStatus: null } frame)
            {
                var request = JsonSerializer.Deserialize<JsonElement>(buffer.AsSpan(0, frame.Count));
                var answer = Subscribe(request);
                lock (socket)
                {
                    // Whoever reads the answer is to miss nothing from then on.
                    if (answer["status"]!.GetValue<int>() == 200) _listeners.TryAdd(socket, 0);
                    Send(socket, answer);
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException)
        {
            // The other side left, or was cut off.
        }
        finally
        {
            _listeners.TryRemove(socket, out _);
        }
    }

    private static JsonObject Subscribe(JsonElement request)
    {
        var parameters = request.GetProperty("params").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ToString(), StringComparer.Ordinal);
        var text = string.Join('&', parameters.Where(p => p.Key != "signature").OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}"));
        var isRight = request.GetProperty("method").GetString() == "userDataStream.subscribe.signature"
            && parameters["apiKey"] == ApiKey && parameters["signature"] == Sign(text);
        return new JsonObject
        {
            ["id"] = JsonNode.Parse(request.GetProperty("id").GetRawText()),
            ["status"] = isRight ? 200 : 400,
            [isRight ? "result" : "error"] = isRight
                ? new JsonObject { ["subscriptionId"] = 0 }
                : new JsonObject { ["code"] = -1022, ["msg"] = "Signature for this request is not valid." },
        };
    }

    private static void Send(WebSocket socket, JsonObject frame) => socket
        .SendAsync(Encoding.UTF8.GetBytes(frame.ToJsonString()), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None)
        .GetAwaiter().GetResult();

    private static string Sign(string text) => Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(text)));

    private static (int, JsonNode?) Error(int code, string text) => (400, new JsonObject { ["code"] = code, ["msg"] = text });

    private static decimal Number(Dictionary<string, string> parameters, string name) =>
        decimal.Parse(parameters[name], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);

    private static string Text(decimal value) => value.ToString("0.00000000", CultureInfo.InvariantCulture);

    private sealed class Order(long id, Dictionary<string, string> parameters, long at)
    {
        public long Id => id;

        public string ClientId => parameters["newClientOrderId"];

        public string Symbol => parameters["symbol"];

        public string Side => parameters["side"];

        public string Type => parameters["type"];

        public string TimeInForce => parameters.GetValueOrDefault("timeInForce", "GTC");

        public decimal Quantity => Number(parameters, "quantity");

        public decimal Price => parameters.ContainsKey("price") ? Number(parameters, "price") : 0;

        public decimal StopPrice => parameters.ContainsKey("stopPrice") ? Number(parameters, "stopPrice") : 0;

        public decimal Filled { get; set; }

        public decimal Quote { get; set; }

        public string Status { get; set; } = "NEW";

        public List<JsonObject> Fills { get; } = [];

        public bool IsOpen => Status is "NEW" or "PARTIALLY_FILLED";

        public JsonObject Show(bool withFills = false)
        {
            var isStop = Type.StartsWith("STOP_LOSS", StringComparison.Ordinal);
            var shown = new JsonObject
            {
                ["symbol"] = Symbol,
                ["orderId"] = id,
                ["orderListId"] = -1,
                ["clientOrderId"] = ClientId,
                ["price"] = Text(Price),
                ["origQty"] = Text(Quantity),
                ["executedQty"] = Text(Filled),
                ["cummulativeQuoteQty"] = Text(Quote),
                ["status"] = Status,
                ["timeInForce"] = TimeInForce,
                ["type"] = Type,
                ["side"] = Side,
                [withFills ? "transactTime" : "updateTime"] = at,
                ["workingTime"] = isStop ? -1 : at,
            };
            if (isStop) shown["stopPrice"] = Text(StopPrice);
            if (parameters.TryGetValue("trailingDelta", out var delta)) shown["trailingDelta"] = long.Parse(delta, CultureInfo.InvariantCulture);
            if (!withFills) shown["isWorking"] = !isStop;
            if (withFills) shown["fills"] = new JsonArray([.. Fills.Select(f => f.DeepClone())]);
            return shown;
        }

        public JsonObject ShowCanceled()
        {
            var shown = Show();
            shown["origClientOrderId"] = ClientId;
            shown["clientOrderId"] = "cancel-of-it";
            return shown;
        }
    }
}
