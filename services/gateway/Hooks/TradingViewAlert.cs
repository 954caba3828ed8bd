using System.Text.Json;
using System.Text.Json.Serialization;
using AlgoStack.Contracts.Orders;

namespace AlgoStack.Gateway.Hooks;

/// <summary>
/// What an alert says, in the one form there is. It is an order (<paramref name="Side"/> and <paramref name="Quantity"/>) or a target
/// (<paramref name="Target"/>), and nothing in it is guessed: a quantity that is not said is no quantity.
/// </summary>
/// <param name="Secret">The hook's.</param>
/// <param name="Instrument">As the account's venue lists it.</param>
/// <param name="Side"><c>buy</c> or <c>sell</c>, as <c>{{strategy.order.action}}</c> says it.</param>
/// <param name="Quantity">In units, as <c>{{strategy.order.contracts}}</c>; a number, or one in quotes.</param>
/// <param name="LimitPrice">A limit order's; without it the order is for the market.</param>
/// <param name="Target">The position to have, as <c>{{strategy.position_size}}</c>; below zero is short.</param>
/// <param name="Time">When it was raised, as <c>{{timenow}}</c>: one of long ago is not traded any more, and two that are alike otherwise are two.</param>
internal sealed record TradingViewAlert(
    string Secret,
    string Instrument,
    string? Side = null,
    decimal? Quantity = null,
    decimal? LimitPrice = null,
    bool ReduceOnly = false,
    decimal? Target = null,
    DateTimeOffset? Time = null)
{
    /// <summary>How old an alert may be, and how far ahead its clock.</summary>
    public static readonly TimeSpan Oldest = TimeSpan.FromMinutes(5);

    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        AllowDuplicateProperties = false,
        MaxDepth = 4,
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
        PropertyNameCaseInsensitive = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <exception cref="JsonException">It is not of the form.</exception>
    public static TradingViewAlert Read(ReadOnlySpan<byte> body) =>
        JsonSerializer.Deserialize<TradingViewAlert>(body, Strict) ?? throw new JsonException("Expected an object, found null.");

    /// <summary>Why it cannot be traded; null where it can.</summary>
    public string? WhyNot(DateTimeOffset now)
    {
        if (Target is not null && (Side ?? (object?)Quantity ?? LimitPrice) is not null) return "Expected a target, or a side and a quantity; found both.";
        if (Target is null && Side is not ("buy" or "sell")) return $"side: expected buy or sell, found '{Side}'.";
        if (Target is null && Quantity is not > 0) return "quantity: expected a number above zero.";
        if (LimitPrice is <= 0) return "limitPrice: expected a number above zero.";
        if (Target is not null && ReduceOnly) return "reduceOnly: expected with a side and a quantity.";

        return Time is { } time && (time < now - Oldest || time > now + Oldest) ? $"time: expected one within {Oldest.TotalMinutes:0} minutes of {now:u}, found {time:u}." : null;
    }

    /// <summary>What broker-routing is asked for.</summary>
    /// <param name="hook">Its name is the strategy's, so that its limits and switches hold.</param>
    public (string Path, object Command) ToCommand(Hook hook)
    {
        if (Target is { } target) return ("/positions/target", new TargetPosition(hook.Account, Instrument, target, hook.Name));

        var (side, type) = (Side == "buy" ? "Buy" : "Sell", LimitPrice is null ? "Market" : "Limit");
        return ("/orders", new SubmitOrder(hook.Account, Instrument, side, type, Quantity!.Value, LimitPrice, ReduceOnly: ReduceOnly, Strategy: hook.Name));
    }
}
