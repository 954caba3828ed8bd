using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Venues;

namespace AlgoStack.BrokerRouting.Brokers.Binance;

/// <summary>A spot account at Binance: REST for what is asked, the WebSocket API for what it tells by itself.</summary>
internal sealed class BinanceBroker(BinanceOptions options, TimeProvider clock) : IBroker
{
    private const string OrderPath = "/api/v3/order";
    private const int OrderWeight = 4;
    private const int AccountWeight = 20;
    private const int ExchangeWeight = 20;
    private const int TradesWeight = 20;
    private const int AllOpenOrdersWeight = 80;

    private const int MostClientId = 36;
    private const int SymbolsAtOnce = 50;
    private const int TradesAtOnce = 1000;
    private static readonly TimeSpan CancelWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SubscribeTime = TimeSpan.FromSeconds(10);

    // A stamp may be that far ahead of Binance's clock.
    private static readonly TimeSpan AheadAllowed = TimeSpan.FromSeconds(1);

    // Trades are looked for a day at a time, and from the first one on by their ids.
    private static readonly TimeSpan TradesWindow = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestLook = TimeSpan.FromDays(31);

    private readonly BinanceClient _client = new(options.Address, options.Key, clock);

    public string Venue => "BINANCE-SPOT";

    public bool? IsLive => options.IsLive;

    public BrokerCapabilities Capabilities { get; } = new(
        BinanceOrders.Types,
        ClientIdForm,
        ClientIdScope.OpenOrders,
        // What was let in at the last moment may wait for the matching engine as long as Binance itself does.
        BinanceClient.ReceiveWindow + AheadAllowed + BinanceClient.EngineTime,
        PositionKind.Balances,
        CanReplace: true,
        CanPostOnly: true,
        CanReduceOnly: false)
    {
        WhyNot = BinanceOrders.WhyNot,
    };

    public TimeSpan? ClockSkew => _client.ClockSkew;

    public double? BudgetLeft => _client.Limits.Left;

    public string SymbolOf(InstrumentId instrument) =>
        instrument.Symbol.Replace("/", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();

    public async Task<IReadOnlyList<VenueInstrument>> GetInstrumentsAsync(IReadOnlyCollection<string> symbols, CancellationToken cancellationToken)
    {
        var instruments = new List<VenueInstrument>();
        foreach (var some in symbols.Chunk(SymbolsAtOnce)) instruments.AddRange(await GetSomeInstrumentsAsync(some, cancellationToken));
        return instruments;
    }

    public async Task<PlaceResult> PlaceAsync(VenueOrder order, CancellationToken cancellationToken)
    {
        if (BinanceOrders.WhyNot(order) is { } why)
            return new PlaceResult.Refused(new BrokerError(BrokerErrorCategory.InvalidOrder, null, why, PlacementOutcome.NotPlaced));
        if (await _client.Limits.TakeOrderAsync(cancellationToken) is { } wait)
            return new PlaceResult.NotSent("Our own limit is reached.", wait);

        var (answer, error) = await _client.SendAsync(
            HttpMethod.Post, OrderPath, BinanceOrders.Parameters(order), isPlacing: true, cancellationToken);
        return (answer, error) switch
        {
            (VenueAnswer.NotSent notSent, _) => new PlaceResult.NotSent(notSent.Reason),
            (VenueAnswer.Lost lost, _) => new PlaceResult.OutcomeUnknown(lost.Reason),
            (_, { Outcome: PlacementOutcome.Unknown }) => new PlaceResult.OutcomeUnknown(error.ToString(), error),
            (_, { Outcome: PlacementOutcome.PreviouslyPlaced }) => new PlaceResult.AlreadyPlaced(error),
            (_, not null) => new PlaceResult.Refused(error),
            (VenueAnswer.Given given, _) => TryRead(given, BinanceOrders.Read, out var placed, out var reason)
                ? new PlaceResult.Accepted(placed)
                : new PlaceResult.OutcomeUnknown(reason),
            _ => throw new InvalidOperationException($"Binance: {answer} is no answer."),
        };
    }

    public async Task<ChangeResult> CancelAsync(VenueOrderRef order, CancellationToken cancellationToken)
    {
        if (await _client.Limits.TakeAsync(1, RequestPriority.Cancel, CancelWait, cancellationToken) is { } wait) return Full(wait);

        var (answer, error) = await _client.SendAsync(
            HttpMethod.Delete, OrderPath, [("symbol", order.Symbol), IdOf(order)], isPlacing: false, cancellationToken);
        return ResultOf(answer, error, BinanceOrders.Read);
    }

    /// <summary>
    /// Cancels the order and places another, in one request to Binance, and only while the order has no fills. Where the new one
    /// is refused when the old one is canceled already, that comes back as canceled, with the refusal as its reason.
    /// </summary>
    public async Task<ChangeResult> ReplaceAsync(VenueOrderRef order, VenueOrderChange change, CancellationToken cancellationToken)
    {
        IReadOnlyList<(string, string)>? parameters;
        try
        {
            parameters = await _client.AskSignedAsync(
                OrderPath, [("symbol", order.Symbol), IdOf(order)], OrderWeight, shown => BinanceReplacement.Parameters(shown, change), cancellationToken);
        }
        catch (BrokerException e)
        {
            return new ChangeResult.Refused(e.Error);
        }

        if (parameters is null)
        {
            return new ChangeResult.Refused(new BrokerError(
                BrokerErrorCategory.Unsupported, null, "An order of this kind is to be canceled and placed anew.", PlacementOutcome.NotApplicable));
        }

        if (await _client.Limits.TakeOrderAsync(cancellationToken) is { } wait) return Full(wait);

        var (answer, error) = await _client.SendAsync(HttpMethod.Post, "/api/v3/order/cancelReplace", parameters, isPlacing: false, cancellationToken);
        return error is not null && answer is VenueAnswer.Given given && TryRead(given, BinanceReplacement.ReadFailure, out var failure, out _) && failure is not null
            ? failure
            : ResultOf(answer, error, BinanceReplacement.Read);
    }

    public async Task<OrderLookup> GetOrderAsync(VenueOrderRef order, CancellationToken cancellationToken)
    {
        try
        {
            return new OrderLookup.Found(await _client.AskSignedAsync(
                OrderPath, [("symbol", order.Symbol), IdOf(order)], OrderWeight, BinanceOrders.Read, cancellationToken));
        }
        catch (BrokerException e) when (e.Error.Category == BrokerErrorCategory.OrderNotFound)
        {
            return new OrderLookup.NotFound(e.Error);
        }
        catch (BrokerException e) when (e.Error.Category == BrokerErrorCategory.NoData)
        {
            return new OrderLookup.NotKnowable(e.Error.ToString());
        }
    }

    public async Task<(IReadOnlyList<OrderSnapshot> Orders, bool AreComplete)> GetOpenOrdersAsync(
        IReadOnlyCollection<string> symbols, CancellationToken cancellationToken) =>
        (await _client.AskSignedAsync(
            "/api/v3/openOrders", [], AllOpenOrdersWeight, orders => ReadList(orders, BinanceOrders.Read), cancellationToken), true);

    public async Task<IReadOnlyList<Execution>> GetExecutionsAsync(
        IReadOnlyCollection<string> symbols, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var executions = new List<Execution>();
        foreach (var symbol in symbols) executions.AddRange(await GetTradesAsync(symbol, since, cancellationToken));
        return [.. executions.OrderBy(e => e.At)];
    }

    /// <summary>What is held of each coin, under the coin's name: Binance has no positions beside that.</summary>
    public async Task<IReadOnlyList<VenuePosition>> GetPositionsAsync(CancellationToken cancellationToken) =>
        [.. (await GetBalancesAsync(cancellationToken)).Select(balance => new VenuePosition(balance.Asset, balance.Total, AveragePrice: null))];

    public Task<IReadOnlyList<VenueBalance>> GetBalancesAsync(CancellationToken cancellationToken) =>
        _client.AskSignedAsync<IReadOnlyList<VenueBalance>>(
            "/api/v3/account",
            [("omitZeroBalances", "true")],
            AccountWeight,
            ReadBalances,
            cancellationToken);

    public Task<MarketHours> GetMarketAsync(CancellationToken cancellationToken) => Task.FromResult(MarketHours.Unknown);

    public async IAsyncEnumerable<BrokerEvent> ListenAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Where Binance does not say the time, ours may still be good enough.
        await _client.ReadClockAsync(cancellationToken);

        await using var socket = await VenueSocket.ConnectAsync("Binance", options.StreamAddress, clock, cancellationToken);
        var events = new BinanceUserData(options.Key);
        await socket.SendAsync(events.Subscribe(_client.Now), cancellationToken);
        while (true)
        {
            var message = await socket.ReceiveAsync(cancellationToken, events.IsSubscribed ? null : SubscribeTime);
            foreach (var happened in events.Read(message)) yield return happened;
        }
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>1 to 36 letters, digits, - and _: ours as it is, or a hash of what does not fit.</summary>
    private static string ClientIdForm(ClientOrderId id) =>
        id.Value.Length is > 0 and <= MostClientId && id.Value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? id.Value
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id.Value)))[..MostClientId];

    private static (string, string) IdOf(VenueOrderRef order) =>
        order.VenueOrderId is { } id ? ("orderId", id) : ("origClientOrderId", order.ClientId);

    // One symbol that Binance does not know makes it refuse them all.
    private async Task<IReadOnlyList<VenueInstrument>> GetSomeInstrumentsAsync(string[] symbols, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.AskPublicAsync(
                "/api/v3/exchangeInfo", [("symbols", JsonSerializer.Serialize(symbols))], ExchangeWeight, ReadInstruments, cancellationToken);
        }
        catch (BrokerException e) when (e.Error.Category is BrokerErrorCategory.InvalidSymbol or BrokerErrorCategory.InvalidOrder)
        {
            if (symbols.Length == 1) return [];

            var instruments = new List<VenueInstrument>();
            foreach (var symbol in symbols) instruments.AddRange(await GetSomeInstrumentsAsync([symbol], cancellationToken));
            return instruments;
        }
    }

    private IReadOnlyList<VenueInstrument> ReadInstruments(JsonElement exchange)
    {
        if (exchange.Optional("rateLimits") is { } limits) _client.Limits.Read(limits);
        return [.. exchange.List("symbols").Select(BinanceInstruments.Read)];
    }

    private async Task<IReadOnlyList<Execution>> GetTradesAsync(string symbol, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var trades = new List<Execution>();
        var sinceMs = since.ToUnixTimeMilliseconds();
        if (_client.Now - since <= LongestLook)
        {
            for (var from = since; trades.Count == 0; from += TradesWindow)
            {
                var isLast = from + TradesWindow >= _client.Now;
                trades.AddRange(await AskTradesAsync(symbol, isLast
                    ? [("startTime", Ms(from))]
                    : [("startTime", Ms(from)), ("endTime", Ms(from + TradesWindow))], cancellationToken));
                if (isLast && trades.Count < TradesAtOnce) return trades;
            }
        }

        while (true)
        {
            var next = trades.Count == 0 ? 0 : trades.Max(t => long.Parse(t.TradeId, CultureInfo.InvariantCulture)) + 1;
            var page = await AskTradesAsync(symbol, [("fromId", next.ToString(CultureInfo.InvariantCulture))], cancellationToken);
            trades.AddRange(page);
            if (page.Count < TradesAtOnce) return [.. trades.Where(t => t.At.ToUnixTimeMilliseconds() >= sinceMs)];
        }
    }

    private Task<IReadOnlyList<Execution>> AskTradesAsync(string symbol, IReadOnlyList<(string, string)> from, CancellationToken cancellationToken) =>
        _client.AskSignedAsync(
            "/api/v3/myTrades",
            [("symbol", symbol), .. from, ("limit", TradesAtOnce.ToString(CultureInfo.InvariantCulture))],
            TradesWeight,
            trades => ReadList(trades, BinanceOrders.ReadTrade),
            cancellationToken);

    private static ChangeResult ResultOf(VenueAnswer answer, BrokerError? error, Func<JsonElement, OrderSnapshot> read) => (answer, error) switch
    {
        (VenueAnswer.NotSent notSent, _) => new ChangeResult.OutcomeUnknown(notSent.Reason),
        (VenueAnswer.Lost lost, _) => new ChangeResult.OutcomeUnknown(lost.Reason),
        (_, { Category: BrokerErrorCategory.OutcomeUnknown }) => new ChangeResult.OutcomeUnknown(error.ToString(), error),
        (_, not null) => new ChangeResult.Refused(error),
        (VenueAnswer.Given given, _) => TryRead(given, read, out var order, out var reason)
            ? new ChangeResult.Taken(order)
            : new ChangeResult.OutcomeUnknown(reason),
        _ => throw new InvalidOperationException($"Binance: {answer} is no answer."),
    };

    private static ChangeResult.Refused Full(TimeSpan wait) => new(new BrokerError(
        BrokerErrorCategory.RateLimited, null, "Our own limit is reached.", PlacementOutcome.NotApplicable, RetryRule.After, wait));

    private static bool TryRead<T>(VenueAnswer.Given answer, Func<JsonElement, T> read, [MaybeNullWhen(false)] out T result, out string reason)
    {
        try
        {
            result = read(VenueJson.Parse(answer.Body));
            reason = "";
            return true;
        }
        catch (JsonException e)
        {
            result = default;
            reason = $"An answer that cannot be read: {e.Message}";
            return false;
        }
    }

    private static IReadOnlyList<T> ReadList<T>(JsonElement list, Func<JsonElement, T> read) => [.. list.Elements("the answer").Select(read)];

    internal static IReadOnlyList<VenueBalance> ReadBalances(JsonElement account) => account.List("balances").Select(ReadBalance).Once(b => b.Asset, "balances");

    private static VenueBalance ReadBalance(JsonElement balance)
    {
        var free = balance.Decimal("free");
        return new VenueBalance(balance.Text("asset"), free + balance.Decimal("locked"), free);
    }

    private static string Ms(DateTimeOffset time) => time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
}
