using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Threading.Channels;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Orders;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using AlgoStack.Testing.Venues;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace AlgoStack.Campaigns.Orders;

/// <summary>
/// An account at a venue, traded by the real service on servers of its own, while callers ask for orders until each is answered
/// and the service, its servers and the venue are killed. In the end what the log says is held against the venue's file.
/// </summary>
internal sealed class OrderTrial : IAsyncDisposable
{
    private const decimal Cash = 10_000_000;

    /// <summary>Orders may run ahead of the next kill by so many.</summary>
    private const int Ahead = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan SettlePatience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(300);

    private readonly OrderLoad _load;
    private readonly OrderScript _script;
    private readonly PrivateServer _postgres;
    private readonly PrivateServer _rabbit;
    private readonly VenueProcess _venue;
    private readonly HttpPeer _others;
    private readonly BusPeer _bus;
    private readonly string _database;
    private readonly ConcurrentDictionary<int, AskedOrder> _asked = [];
    private readonly Channel<Step.Price> _prices = Channel.CreateUnbounded<Step.Price>();
    private readonly CancellationTokenSource _end = new();
    private readonly List<string> _logs = [];
    private ServiceProcess? _routing;
    private int _next = -1;
    private int _limit;
    private int _placed;
    private int _askedAgain;
    private long _batches;

    private OrderTrial(OrderLoad load, PrivateServer postgres, PrivateServer rabbit, VenueProcess venue, HttpPeer others, BusPeer bus)
    {
        (_load, _postgres, _rabbit, _venue, _others, _bus) = (load, postgres, rabbit, venue, others, bus);
        _script = new OrderScript(load.Seed, load.Orders, load.Symbols);
        _database = DatabaseOf(postgres);
    }

    /// <param name="say">Given a line for each kill.</param>
    public static async Task<OrderVerdict> RunAsync(OrderLoad load, Action<string> say)
    {
        var postgres = await StartPostgresAsync();
        var rabbit = await TestServers.StartPrivateRabbitMQAsync();
        await using var trial = new OrderTrial(
            load, postgres, rabbit, await VenueProcess.StartAsync(Cash), await HttpPeer.StartAsync(_ => { }), await StartListeningAsync(rabbit.ConnectionString));
        try
        {
            var verdict = await trial.RunAsync(say);
            if (verdict.Violations.Count > 0) await trial.KeepAsync(say);
            return verdict;
        }
        catch
        {
            await trial.KeepAsync(say);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        if (_routing is not null) await _routing.DisposeAsync();
        await _bus.DisposeAsync();
        await _others.DisposeAsync();
        await _venue.DisposeAsync();
        await _rabbit.DisposeAsync();
        await _postgres.DisposeAsync();
        _end.Dispose();
    }

    private static Task<BusPeer> StartListeningAsync(string broker) => BusPeer.StartAsync(broker, (bus, services) =>
    {
        services.AddSingleton<Heard<OrdersChanged>>();
        bus.AddOrderedConsumer<HearOrders, OrdersChanged>();
    });

    /// <summary>A server that keeps the time of each commit.</summary>
    private static async Task<PrivateServer> StartPostgresAsync()
    {
        var server = await TestServers.StartPrivatePostgresAsync();
        await using (var connection = new NpgsqlConnection(DatabaseOf(server)))
        {
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand("alter system set track_commit_timestamp = on", connection);
            await command.ExecuteNonQueryAsync();
        }

        await server.KillAsync();
        await server.RestartAsync();
        return server;
    }

    private static string DatabaseOf(PrivateServer server) => new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "postgres" }.ConnectionString;

    private async Task<OrderVerdict> RunAsync(Action<string> say)
    {
        await _venue.SwitchFaultsAsync(_load.Faults);
        _routing = await StartRoutingAsync();
        await _routing.ReadyAsync();
        _ = TellPricesAsync();

        var calling = Task.WhenAll(Enumerable.Range(0, _load.Callers).Select(_ => CallAsync()));
        await KillAsync(say, calling);
        _limit = int.MaxValue;
        await calling;
        return await EndAsync();
    }

    private async Task<ServiceProcess> StartRoutingAsync()
    {
        var routing = await ServiceProcess.StartAsync(
            "AlgoStack.BrokerRouting",
            _database,
            _rabbit.ConnectionString,
            [
                new($"Accounts:{OrderScript.Account}:Broker", "alpaca"),
                new($"Accounts:{OrderScript.Account}:Alpaca:KeyId", VenueProcess.Key),
                new($"Accounts:{OrderScript.Account}:Alpaca:Secret", VenueProcess.Secret),
                new($"Accounts:{OrderScript.Account}:Alpaca:Url", _venue.Address.ToString()),
                new($"Accounts:{OrderScript.Account}:Alpaca:StreamUrl", _venue.StreamAddress.ToString()),
                // There is no feed, and orders that are alike come as fast as they can.
                new($"Accounts:{OrderScript.Account}:Limits", "none"),
                new($"Accounts:{OrderScript.Account}:Alpaca:TimeoutSeconds", "2"),
            ],
            ("ingestion", _others.Address),
            ("signal", _others.Address));
        _logs.Add(routing.Log);
        return routing;
    }

    /// <summary>What the service said in all its lives, what it has written, and the venue's file, for whoever has to find out what went wrong.</summary>
    private async Task KeepAsync(Action<string> say)
    {
        var kept = Directory.CreateTempSubdirectory(string.Create(CultureInfo.InvariantCulture, $"campaign-orders-{_load.Seed}-")).FullName;
        await File.WriteAllLinesAsync(Path.Combine(kept, "broker-routing.log"), _logs.SelectMany(File.ReadLines), _end.Token);
        File.Copy(_venue.File, Path.Combine(kept, "venue.jsonl"));
        say($"seed {_load.Seed}: what broker-routing said, its events and the venue's file are in {kept}");
        try
        {
            var events = (await RoutingLog.ReadAsync(_database)).Events;
            await File.WriteAllLinesAsync(
                Path.Combine(kept, "events.txt"),
                events.Select(e => string.Create(CultureInfo.InvariantCulture, $"{e.CommittedAt:O} {e.Sequence} {e.Stream} {e.Version} {e.Type} {e.Data}")),
                _end.Token);
        }
        catch (NpgsqlException e)
        {
            // What went wrong first is what counts.
            say($"seed {_load.Seed}: its events cannot be read: {e.Message}");
        }
    }

    /// <summary>Kills the targets in an order, and at points, that the seed makes; each is started again while the others go on.</summary>
    private async Task KillAsync(Action<string> say, Task calling)
    {
        var random = new Random(_load.Seed);
        var order = _load.Kills.SelectMany(k => Enumerable.Repeat(k.Key, k.Value)).ToArray();
        random.Shuffle(order);
        int[] points = [.. order.Select(_ => random.Next(_load.Orders * 9 / 10)).Order()];
        var restarts = _load.Kills.Keys.ToDictionary(t => t, _ => Task.CompletedTask);
        for (var kill = 0; kill < order.Length; kill++)
        {
            var (target, point) = (order[kill], points[kill]);
            await restarts[target];
            Volatile.Write(ref _limit, point + Ahead);
            await Eventually.True(
                () => Volatile.Read(ref _placed) >= point || calling.IsFaulted, Patience, $"seed {_load.Seed}: {point} orders are answered");
            if (calling.IsFaulted) await calling;

            await Task.Delay(random.NextDouble() * LongestPause, _end.Token);
            var placed = Volatile.Read(ref _placed);
            await KillAsync(target);
            restarts[target] = RestartAsync(target);
            say(string.Create(CultureInfo.InvariantCulture, $"seed {_load.Seed}, kill {kill + 1} of {order.Length}: {target}, after {placed:N0} of {_load.Orders:N0} orders"));
        }

        await Task.WhenAll(restarts.Values);
    }

    private Task KillAsync(OrderTarget target) => target switch
    {
        OrderTarget.Routing => _routing!.KillAsync(),
        OrderTarget.Postgres => _postgres.KillAsync(),
        OrderTarget.RabbitMQ => _rabbit.KillAsync(),
        _ => _venue.KillAsync(),
    };

    private async Task RestartAsync(OrderTarget target)
    {
        switch (target)
        {
            case OrderTarget.Routing:
                var killed = _routing!;
                _routing = await StartRoutingAsync();
                await killed.DisposeAsync();
                break;
            case OrderTarget.Postgres:
                await _postgres.RestartAsync();
                break;
            case OrderTarget.RabbitMQ:
                await _rabbit.RestartAsync();
                break;
            default:
                await _venue.RestartAsync();
                break;
        }
    }

    private async Task CallAsync()
    {
        while (Interlocked.Increment(ref _next) is var at && at < _script.Steps.Count)
        {
            var step = _script.Steps[at];
            if (step is Step.Place { Number: var number })
                await Eventually.True(() => number < Volatile.Read(ref _limit), Patience, $"seed {_load.Seed}: the next kill is due");
            await DoAsync(step);
        }
    }

    private async Task DoAsync(Step step)
    {
        switch (step)
        {
            case Step.Place place:
                var (status, body) = await AskAsync(HttpMethod.Post, "/orders", OrderScript.KeyOf(place.Number), place.Order);
                if (status is not (HttpStatusCode.Created or HttpStatusCode.UnprocessableEntity))
                    throw new InvalidOperationException($"{OrderScript.KeyOf(place.Number)} was answered {status}: {body}");

                _asked[place.Number] = new AskedOrder(
                    OrderScript.IdOf(place.Number), place.Order.Instrument, place.Order.Side.ToLowerInvariant(), place.Order.Quantity, (int)status);
                Interlocked.Increment(ref _placed);
                if (status == HttpStatusCode.Created) await LeftAsync(place.Number);
                break;
            case Step.Cancel cancel:
                await AskAsync(HttpMethod.Delete, $"/orders/{OrderScript.IdOf(cancel.Number)}", null, null);
                break;
            case Step.Replace replace:
                await AskAsync(HttpMethod.Patch, $"/orders/{OrderScript.IdOf(replace.Number)}", null, new ReplaceOrder(LimitPrice: replace.LimitPrice));
                break;
            case Step.Close close:
                await AskAsync(
                    HttpMethod.Post,
                    $"/accounts/{OrderScript.Account}/close-all",
                    OrderScript.CloseKeyOf(close.Number),
                    new CloseAccount("the script says so", OrderScript.InstrumentOf(close.Symbol)));
                break;
            case Step.Price price:
                await SetAsync(price);
                break;
        }
    }

    /// <summary>Asks until there is an answer that is one: not of a service that is down, or says to come again.</summary>
    private async Task<(HttpStatusCode Status, string Body)> AskAsync(HttpMethod method, string path, string? key, object? body)
    {
        var last = "nothing was asked";
        var answer = (Status: HttpStatusCode.ServiceUnavailable, Body: "");
        await Eventually.True(
            async () =>
            {
                using var patience = new CancellationTokenSource(AnswerPatience);
                try
                {
                    using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
                    if (key is not null) request.Headers.Add("Idempotency-Key", key);
                    if (body is not null) request.Content = JsonContent.Create(body, body.GetType());
                    using var response = await _routing!.Http.SendAsync(request, patience.Token);
                    answer = (response.StatusCode, await response.Content.ReadAsStringAsync(patience.Token));
                    if (answer.Status is < HttpStatusCode.InternalServerError and not HttpStatusCode.Conflict) return true;

                    last = $"{answer.Status} {answer.Body}";
                }
                catch (Exception e) when (e is HttpRequestException or OperationCanceledException or ObjectDisposedException)
                {
                    last = e.Message;
                }

                Interlocked.Increment(ref _askedAgain);
                await Task.Delay(AskAgainAfter, _end.Token);
                return false;
            },
            Patience,
            $"seed {_load.Seed}: {method} {path} {key} is answered; the last answer was: {last}");
        return answer;
    }

    /// <summary>Returns once it is at the venue, or never will be.</summary>
    private Task LeftAsync(int number) => Eventually.True(
        async () =>
        {
            var (status, body) = await AskAsync(HttpMethod.Get, $"/orders/{OrderScript.IdOf(number)}", null, null);
            if (status != HttpStatusCode.OK) throw new InvalidOperationException($"{OrderScript.KeyOf(number)} was taken, and now: {status} {body}");

            if (JsonSerializer.Deserialize<OrderState>(body, JsonSerializerOptions.Web)!.Status is not ("Approved" or "Submitted" or "Unknown")) return true;

            await Task.Delay(AskAgainAfter, _end.Token);
            return false;
        },
        Patience,
        $"seed {_load.Seed}: {OrderScript.KeyOf(number)} leaves");

    /// <summary>The venue's price at once, so that it is that of the script; the bus is told when it can be.</summary>
    private async Task SetAsync(Step.Price price)
    {
        await Eventually.True(
            async () =>
            {
                try
                {
                    await _venue.SetPriceAsync(price.Symbol, price.At, price.Available);
                    return true;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            Patience,
            "the venue takes a price");
        _prices.Writer.TryWrite(price);
    }

    private async Task TellPricesAsync()
    {
        await foreach (var price in _prices.Reader.ReadAllAsync(_end.Token))
        {
            double[] at = [(double)price.At];
            var instrument = OrderScript.InstrumentOf(price.Symbol);
            var bars = new BarColumns([instrument], [0], [TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()], at, at, at, at, [1]);
            await _bus.PublishAsync(new BarsClosed("live", 0, ++_batches, "1m", WarmUp: false, EndOfSession: false, [new InstrumentTerms(instrument, 0.01m, 1, "USD")], bars));
        }
    }

    /// <summary>Mends what is broken, takes back what still works, and looks until the log and the venue agree, or do not for too long.</summary>
    private async Task<OrderVerdict> EndAsync()
    {
        await _venue.SwitchFaultsAsync(OrderLoad.Honest());
        await AskAsync(HttpMethod.Post, $"/accounts/{OrderScript.Account}/cancel-all", "cancel-all", new CloseAccount("the campaign ends"));

        var closing = _script.Steps.OfType<Step.Close>().Select(c => OrderScript.CloseIdOf(c.Number, c.Symbol)).ToHashSet(StringComparer.Ordinal);
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            await AskAsync(HttpMethod.Post, $"/accounts/{OrderScript.Account}/reconcile", null, null);
            await Task.Delay(LookAgainAfter, _end.Token);
            var (log, ledger) = (await RoutingLog.ReadAsync(_database), _venue.ReadLedger());
            var violations = OrderCheck.Of(ledger, log, [.. _asked.Values], closing);
            if (violations.Count > 0 && TimeProvider.System.GetElapsedTime(began) < SettlePatience) continue;

            return VerdictOf(log, ledger, violations);
        }
    }

    private OrderVerdict VerdictOf(RoutingLog log, VenueLedger ledger, IReadOnlyList<string> violations)
    {
        var submitted = log.Events.Where(e => e.Type == "order_submitted").ToList();
        var denied = log.Events.Where(e => e.Type == "order_denied").ToDictionary(e => e.Text("OrderId"), e => $" ({e.Text("Code")})", StringComparer.Ordinal);
        return new OrderVerdict(
            _asked.Count,
            _askedAgain,
            log.Orders.Count - _asked.Count,
            ledger.Orders.Count,
            ledger.Fills.Count,
            log.Events.Count(e => e.Type == "order_became_unknown"),
            submitted.Count - submitted.DistinctBy(e => e.Stream, StringComparer.Ordinal).Count(),
            log.Events.Count(e => e.Type == "account_reconciled"),
            log.Orders.CountBy(o => $"{o.Status}{denied.GetValueOrDefault(o.OrderId)}", StringComparer.Ordinal).OrderBy(e => e.Key, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal),
            violations);
    }
}
