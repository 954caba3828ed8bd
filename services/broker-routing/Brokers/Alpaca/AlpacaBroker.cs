using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Venues;

namespace AlgoStack.BrokerRouting.Brokers.Alpaca;

/// <summary>An account at Alpaca, over its trading API v2.</summary>
internal sealed class AlpacaBroker(AlpacaOptions options, TimeProvider clock) : IBroker
{
    private const int OrdersAPage = 500;
    private const int FillsAPage = 100;
    private const int MostPages = 1000;

    private static readonly TimeSpan MostWaitToPlace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MostWait = TimeSpan.FromSeconds(60);

    private static readonly TimeInForce[] Resting = [TimeInForce.Day, TimeInForce.Gtc];
    private static readonly TimeInForce[] All = [TimeInForce.Day, TimeInForce.Gtc, TimeInForce.Ioc, TimeInForce.Fok];

    private readonly VenueHttp _http = new(options.Address, options.Timeout, clock);
    private readonly RequestBudget _budget = new(clock, AlpacaLimits.RequestsPerMinute, TimeSpan.FromMinutes(1));

    public string Venue => "ALPACA";

    public bool? IsLive => options.IsLive;

    public BrokerCapabilities Capabilities { get; } = new(
        OrderTypes: new Dictionary<OrderType, IReadOnlyList<TimeInForce>>
        {
            [OrderType.Market] = All,
            [OrderType.Limit] = All,
            [OrderType.Stop] = Resting,
            [OrderType.StopLimit] = Resting,
            [OrderType.TrailingStop] = Resting,
        },
        ClientIdForm: id => id.Value,
        ClientIds: ClientIdScope.Forever,
        // Found at once by its id once it has arrived; it arrives within the time-out or soon after it.
        SettleTime: options.Timeout * 1.5,
        Positions: PositionKind.Listed,
        CanReplace: true,
        CanPostOnly: false,
        CanReduceOnly: false)
    {
        CanCrossZero = false,
        WhyNot = AlpacaWire.WhyNot,
    };

    public TimeSpan? ClockSkew => _http.ClockSkew;

    public double? BudgetLeft => _budget.Left;

    public string SymbolOf(InstrumentId instrument) => instrument.Symbol;

    public async Task<IReadOnlyList<VenueInstrument>> GetInstrumentsAsync(IReadOnlyCollection<string> symbols, CancellationToken cancellationToken)
    {
        var found = new List<VenueInstrument>();
        foreach (var symbol in symbols)
        {
            var answer = await AskAsync($"v2/assets/{Uri.EscapeDataString(symbol)}", cancellationToken);
            if (answer.Status != 404) found.Add(Read(answer, AlpacaWire.ReadAsset));
        }

        return found;
    }

    public async Task<PlaceResult> PlaceAsync(VenueOrder order, CancellationToken cancellationToken)
    {
        if (AlpacaWire.WhyNot(order) is { } why)
            return new PlaceResult.Refused(new BrokerError(BrokerErrorCategory.InvalidOrder, null, why, PlacementOutcome.NotPlaced));

        if (await _budget.TakeAsync(1, RequestPriority.Order, MostWaitToPlace, cancellationToken) is { } wait)
            return new PlaceResult.NotSent("Alpaca takes no more requests now.", wait);

        var answer = await SendAsync(HttpMethod.Post, "v2/orders", AlpacaWire.Write(order), cancellationToken);
        switch (answer)
        {
            case VenueAnswer.NotSent { Reason: var reason }:
                return new PlaceResult.NotSent(reason);
            case VenueAnswer.Given { IsSuccess: true } given:
                try
                {
                    return new PlaceResult.Accepted(AlpacaWire.ReadOrder(VenueJson.Parse(given.Body)));
                }
                catch (JsonException e)
                {
                    return new PlaceResult.OutcomeUnknown($"An answer that cannot be read: {e.Message}");
                }

            case VenueAnswer.Given given:
                var error = AlpacaErrors.Read(given, placing: true, clock.GetUtcNow());
                return error.Outcome switch
                {
                    PlacementOutcome.PreviouslyPlaced => new PlaceResult.AlreadyPlaced(error),
                    PlacementOutcome.Unknown => new PlaceResult.OutcomeUnknown(error.ToString(), error),
                    _ => new PlaceResult.Refused(error),
                };
            default:
                return new PlaceResult.OutcomeUnknown(((VenueAnswer.Lost)answer).Reason);
        }
    }

    public Task<ChangeResult> CancelAsync(VenueOrderRef order, CancellationToken cancellationToken) =>
        ChangeAsync(HttpMethod.Delete, order, null, RequestPriority.Cancel, cancellationToken);

    public Task<ChangeResult> ReplaceAsync(VenueOrderRef order, VenueOrderChange change, CancellationToken cancellationToken) =>
        ChangeAsync(HttpMethod.Patch, order, AlpacaWire.Write(change), RequestPriority.Order, cancellationToken);

    public async Task<OrderLookup> GetOrderAsync(VenueOrderRef order, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(OrderPath(order), cancellationToken);
        if (answer.Status != 404) return new OrderLookup.Found(Read(answer, AlpacaWire.ReadOrder));

        // A page that some proxy says is not there is no word of Alpaca's about the order.
        var error = AlpacaErrors.Read(answer, placing: false, clock.GetUtcNow());
        return error.Category == BrokerErrorCategory.OrderNotFound ? new OrderLookup.NotFound(error) : throw new BrokerException(error);
    }

    public async Task<(IReadOnlyList<OrderSnapshot> Orders, bool AreComplete)> GetOpenOrdersAsync(
        IReadOnlyCollection<string> symbols, CancellationToken cancellationToken)
    {
        var orders = new Dictionary<string, OrderSnapshot>(StringComparer.Ordinal);
        var after = "";
        for (var page = 0; page < MostPages; page++)
        {
            var answer = await AskAsync($"v2/orders?status=open&limit={OrdersAPage}&direction=asc&nested=false{after}", cancellationToken);
            var listed = Read(answer, list => list.Elements("orders")
                .Select(order => (Order: AlpacaWire.ReadOrder(order), SubmittedAt: order.OptionalTime("submitted_at")))
                .ToList());
            var known = orders.Count;
            foreach (var (order, _) in listed) orders.TryAdd(order.VenueOrderId, order);
            if (listed.Count < OrdersAPage) return (orders.Values.ToList(), true);
            if (orders.Count == known || listed[^1].SubmittedAt is not { } last) break;

            // Several may have been submitted at one instant: the next page begins a little before the end of this.
            after = $"&after={Text(last.AddMilliseconds(-1))}";
        }

        return (orders.Values.ToList(), false);
    }

    public async Task<IReadOnlyList<Execution>> GetExecutionsAsync(
        IReadOnlyCollection<string> symbols, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var fills = new List<Execution>();
        var after = $"v2/account/activities/FILL?direction=asc&page_size={FillsAPage}&after={Text(since)}";
        var token = "";
        for (var page = 0; page < MostPages; page++)
        {
            var answer = await AskAsync($"{after}{token}", cancellationToken);
            var listed = Read(answer, list => list.Elements("activities")
                .Select(activity => (Id: activity.Text("id"), Fill: AlpacaWire.ReadActivity(activity)))
                .ToList());
            fills.AddRange(listed.Select(entry => entry.Fill));

            // Fills of one millisecond come in any order; of one order they count up.
            if (listed.Count < FillsAPage) return fills.OrderBy(fill => fill.At).ThenBy(fill => fill.Cumulative).ToList();

            token = $"&page_token={Uri.EscapeDataString(listed[^1].Id)}";
        }

        throw Unreadable($"more than {MostPages} pages of fills since {Text(since)}");
    }

    public async Task<IReadOnlyList<VenuePosition>> GetPositionsAsync(CancellationToken cancellationToken) =>
        Read(await AskAsync("v2/positions", cancellationToken), AlpacaWire.ReadPositions);

    public async Task<IReadOnlyList<VenueBalance>> GetBalancesAsync(CancellationToken cancellationToken) =>
        [Read(await AskAsync("v2/account", cancellationToken), AlpacaWire.ReadAccount)];

    public async Task<MarketHours> GetMarketAsync(CancellationToken cancellationToken) =>
        Read(await AskAsync("v2/clock", cancellationToken), AlpacaWire.ReadClock);

    public async IAsyncEnumerable<BrokerEvent> ListenAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stream = await AlpacaStream.OpenAsync(options, clock, cancellationToken);
        yield return new BrokerEvent.Connected();
        while (true)
        {
            foreach (var e in await stream.NextAsync(cancellationToken)) yield return e;
        }
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<ChangeResult> ChangeAsync(
        HttpMethod method, VenueOrderRef order, string? body, RequestPriority priority, CancellationToken cancellationToken)
    {
        var id = order.VenueOrderId;
        if (id is null)
        {
            try
            {
                id = Read(await AskAsync(OrderPath(order), cancellationToken), AlpacaWire.ReadOrder).VenueOrderId;
            }
            catch (BrokerException e)
            {
                return e.Error.Category == BrokerErrorCategory.OutcomeUnknown
                    ? new ChangeResult.OutcomeUnknown($"Not sent: {e.Message}", e.Error)
                    : new ChangeResult.Refused(e.Error);
            }
        }

        if (await _budget.TakeAsync(1, priority, MostWait, cancellationToken) is { } wait)
            return new ChangeResult.OutcomeUnknown(string.Create(CultureInfo.InvariantCulture, $"Not sent: Alpaca takes no more requests for {wait.TotalSeconds:0.#} s."));

        switch (await SendAsync(method, $"v2/orders/{Uri.EscapeDataString(id)}", body, cancellationToken))
        {
            case VenueAnswer.Given { IsSuccess: true } given:
                try
                {
                    return new ChangeResult.Taken(given.Body.IsEmpty ? null : AlpacaWire.ReadOrder(VenueJson.Parse(given.Body)));
                }
                catch (JsonException e)
                {
                    return new ChangeResult.OutcomeUnknown($"An answer that cannot be read: {e.Message}");
                }

            case VenueAnswer.Given given:
                var error = AlpacaErrors.Read(given, placing: false, clock.GetUtcNow());
                return error.Category == BrokerErrorCategory.OutcomeUnknown
                    ? new ChangeResult.OutcomeUnknown(error.ToString(), error)
                    : new ChangeResult.Refused(error);
            case VenueAnswer.NotSent { Reason: var reason }:
                return new ChangeResult.OutcomeUnknown($"Not sent: {reason}");
            case var lost:
                return new ChangeResult.OutcomeUnknown(((VenueAnswer.Lost)lost).Reason);
        }
    }

    /// <summary>An answer to a question: good, or that there is no such thing (404).</summary>
    private async Task<VenueAnswer.Given> AskAsync(string path, CancellationToken cancellationToken)
    {
        var answer = await _http.AskAsync(
            async cancel =>
            {
                return await _budget.TakeAsync(1, RequestPriority.Query, MostWait, cancel) is { } wait
                    ? throw new BrokerException(new BrokerError(
                        BrokerErrorCategory.RateLimited, null, "Alpaca takes no more requests now.", PlacementOutcome.NotApplicable, RetryRule.After, wait))
                    : Request(HttpMethod.Get, path, null);
            },
            given =>
            {
                Note(given);
                return given.Status is 408 or 429 or >= 500;
            },
            cancellationToken);

        return answer switch
        {
            VenueAnswer.Given { IsSuccess: true } or VenueAnswer.Given { Status: 404 } => (VenueAnswer.Given)answer,
            VenueAnswer.Given refused => throw new BrokerException(AlpacaErrors.Read(refused, placing: false, clock.GetUtcNow())),
            VenueAnswer.NotSent { Reason: var reason } => throw Unreadable(reason),
            _ => throw Unreadable(((VenueAnswer.Lost)answer).Reason),
        };
    }

    private async Task<VenueAnswer> SendAsync(HttpMethod method, string path, string? body, CancellationToken cancellationToken)
    {
        using var request = Request(method, path, body);
        var answer = await _http.SendAsync(request, cancellationToken);
        if (answer is VenueAnswer.Given given) Note(given);
        return answer;
    }

    private HttpRequestMessage Request(HttpMethod method, string path, string? body)
    {
        var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.Add("APCA-API-KEY-ID", options.KeyId.Reveal());
        request.Headers.Add("APCA-API-SECRET-KEY", options.Secret.Reveal());
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return request;
    }

    private void Note(VenueAnswer.Given answer)
    {
        var now = clock.GetUtcNow();
        if (AlpacaLimits.Remaining(answer) is { } remaining) _budget.Correct(remaining, AlpacaLimits.Limit(answer), AlpacaLimits.ResetAt(answer));
        if (answer.Status == 429) _budget.CloseFor(AlpacaErrors.Read(answer, placing: false, now).RetryAfter ?? AlpacaLimits.Pause);
    }

    private T Read<T>(VenueAnswer.Given answer, Func<JsonElement, T> read)
    {
        try
        {
            if (answer.IsSuccess) return read(VenueJson.Parse(answer.Body));
        }
        catch (JsonException e)
        {
            throw Unreadable($"an answer that cannot be read: {e.Message}", e);
        }

        throw new BrokerException(AlpacaErrors.Read(answer, placing: false, clock.GetUtcNow()));
    }

    private static string OrderPath(VenueOrderRef order) => order.VenueOrderId is { } id
        ? $"v2/orders/{Uri.EscapeDataString(id)}"
        : $"v2/orders:by_client_order_id?client_order_id={Uri.EscapeDataString(order.ClientId)}";

    private static BrokerException Unreadable(string reason, Exception? cause = null) => new(
        new BrokerError(BrokerErrorCategory.OutcomeUnknown, null, $"Alpaca: {reason}", PlacementOutcome.NotApplicable), cause);

    private static string Text(DateTimeOffset time) =>
        Uri.EscapeDataString(time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture));
}
