using System.Globalization;
using AlgoStack.VenueSim.Books;
using AlgoStack.VenueSim.Faults;

namespace AlgoStack.VenueSim.Api;

/// <summary>What an account has, did and may trade: positions, executions, balances, assets and the clock.</summary>
internal sealed class AccountApi(FaultGate gate, TimeProvider time)
{
    private const int MostActivities = 100;

    public void Map(WebApplication app)
    {
        app.MapGet("/v2/account", Ask("account", book => Reply.Ok(Account(book))));
        app.MapGet("/v2/account/activities/{types}", (HttpContext context, string types) => ActivitiesAsync(context, types));
        app.MapGet("/v2/account/activities", context => ActivitiesAsync(context, context.Request.Query["activity_types"].FirstOrDefault() ?? "FILL"));
        app.MapGet("/v2/positions", Ask("positions", book => Reply.Ok(book.Positions.Select(p => View(p, book)).ToArray())));
        app.MapGet("/v2/positions/{**symbol}", Ask((symbol, book) => book.PositionOf(symbol) is { Qty: not 0 } position
            ? Reply.Ok(View(position, book))
            : Reply.NotFound("position does not exist")));
        app.MapGet("/v2/clock", Ask("clock", book => Reply.Ok(Clock(book))));
        app.MapGet("/v2/assets", Ask("assets", book => Reply.Ok(book.Assets.Select(View).ToArray())));
        app.MapGet("/v2/assets/{**symbol}", Ask((symbol, book) => book.AssetOf(symbol) is { } asset
            ? Reply.Ok(View(asset))
            : Reply.NotFound($"asset not found for {symbol}")));
    }

    private RequestDelegate Ask(string key, Func<VenueBook, Reply> answer) => context => gate.RunAsync(context, key, answer);

    private RequestDelegate Ask(Func<string, VenueBook, Reply> answer) => context =>
    {
        // A slash in a symbol comes escaped.
        var symbol = Uri.UnescapeDataString((string)context.Request.RouteValues["symbol"]!);
        return gate.RunAsync(context, symbol, book => answer(symbol, book));
    };

    private Task ActivitiesAsync(HttpContext context, string types) => gate.RunAsync(
        context, $"{types} {context.Request.QueryString}", book => Activities(context.Request.Query, types, book));

    /// <summary>Newest first unless asked otherwise; page_token is the id of the last one got.</summary>
    private static Reply Activities(IQueryCollection query, string types, VenueBook book)
    {
        if (types != "FILL") return Reply.Invalid($"invalid activity type: {types}");
        if (!int.TryParse(query["page_size"].FirstOrDefault() ?? "100", CultureInfo.InvariantCulture, out var size) || size is < 1 or > MostActivities)
            return Reply.Invalid("invalid page_size");

        var (after, until) = (Time(query["after"]), Time(query["until"]));
        var asked = query["page_token"].FirstOrDefault() is { Length: > 0 } token ? token : null;
        var last = asked is null ? -1 : book.Executions.FindIndex(e => asked.EndsWith($"::{e.Id}", StringComparison.Ordinal));
        if (asked is not null && last < 0) return Reply.Invalid("invalid page_token");

        var executions = query["direction"] == "asc"
            ? book.Executions.Skip(last + 1)
            : Enumerable.Reverse(last < 0 ? book.Executions : book.Executions[..last]);
        return Reply.Ok(executions
            .Where(e => (after is null || e.At > after) && (until is null || e.At < until))
            .Take(size)
            .Select(View)
            .ToArray());
    }

    private static object View(Execution execution) => new
    {
        id = ActivityId(execution),
        activity_type = "FILL",
        transaction_time = execution.At,
        type = execution.Leaves == 0 ? "fill" : "partial_fill",
        execution.Price,
        execution.Qty,
        side = execution.Order.Terms.Side,
        symbol = execution.Order.Terms.Symbol,
        leaves_qty = execution.Leaves,
        order_id = execution.Order.Terms.Id,
        cum_qty = execution.Cumulative,
        order_status = execution.Leaves == 0 ? OrderStatus.Filled : OrderStatus.PartiallyFilled,
    };

    private static string ActivityId(Execution execution) =>
        $"{execution.At.UtcDateTime.ToString("yyyyMMddHHmmssfff", CultureInfo.InvariantCulture)}::{execution.Id}";

    private static object Account(VenueBook book)
    {
        var longs = book.Positions.Where(p => p.Qty > 0).Sum(book.ValueOf);
        var shorts = book.Positions.Where(p => p.Qty < 0).Sum(book.ValueOf);
        return new
        {
            id = OrderView.AssetIdOf("account"),
            account_number = "PA0000000001",
            status = "ACTIVE",
            crypto_status = "ACTIVE",
            currency = "USD",
            book.Cash,
            book.BuyingPower,
            regt_buying_power = book.BuyingPower,
            daytrading_buying_power = "0",
            non_marginable_buying_power = book.BuyingPower,
            book.Equity,
            last_equity = book.Equity,
            portfolio_value = book.Equity,
            long_market_value = longs,
            short_market_value = shorts,
            initial_margin = longs - shorts,
            maintenance_margin = longs - shorts,
            multiplier = "1",
            daytrade_count = 0,
            pattern_day_trader = false,
            shorting_enabled = true,
            trading_blocked = false,
            transfers_blocked = false,
            account_blocked = false,
            trade_suspended_by_user = false,
        };
    }

    private static object View(Position position, VenueBook book)
    {
        var value = book.ValueOf(position);
        var cost = position.Qty * position.AveragePrice;
        return new
        {
            asset_id = OrderView.AssetIdOf(position.Symbol),
            position.Symbol,
            exchange = "NASDAQ",
            asset_class = OrderView.AssetClassOf(position.Symbol),
            position.Qty,
            qty_available = Math.Abs(position.Qty) - book.ClaimedOf(position.Symbol),
            side = position.Qty > 0 ? "long" : "short",
            avg_entry_price = position.AveragePrice,
            market_value = value,
            cost_basis = cost,
            unrealized_pl = value - cost,
            current_price = value / position.Qty,
        };
    }

    private static object View(Asset asset) => new
    {
        id = OrderView.AssetIdOf(asset.Symbol),
        @class = OrderView.AssetClassOf(asset.Symbol),
        exchange = asset.IsCrypto ? "CRYPTO" : "NASDAQ",
        asset.Symbol,
        name = asset.Symbol,
        status = asset.Tradable ? "active" : "inactive",
        asset.Tradable,
        marginable = !asset.IsCrypto,
        shortable = !asset.IsCrypto,
        easy_to_borrow = !asset.IsCrypto,
        asset.Fractionable,
        min_order_size = asset.IsCrypto ? "0.0001" : null,
        min_trade_increment = asset.IsCrypto ? "0.000000001" : null,
        price_increment = asset.IsCrypto ? "0.01" : null,
    };

    private object Clock(VenueBook book)
    {
        var now = time.GetUtcNow().AddMilliseconds(book.Faults.ClockSkewMs);
        return new { timestamp = now, book.IsOpen, next_open = now.AddDays(book.IsOpen ? 1 : 0.5), next_close = now.AddDays(book.IsOpen ? 0.5 : 1) };
    }

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
