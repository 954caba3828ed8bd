using System.Globalization;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;

namespace AlgoStack.Engine;

/// <summary>
/// Says whether an order may leave. Codes: <c>quantity_below_lot</c>, <c>halted</c>, <c>insufficient_cash</c>,
/// <c>position_limit</c>. Cash is checked at the order's reference price and counts buys still on their way; an order
/// that only makes a position smaller passes cash and limit.
/// </summary>
public sealed class RiskEngine(PortfolioKeeper portfolio, RiskLimits limits)
{
    private readonly Dictionary<ClientOrderId, (int Instrument, decimal Change, decimal Cost)> _working = [];

    public TradingState State { get; private set; }

    public void Halt() => State = TradingState.Halted;

    public void Resume() => State = TradingState.Active;

    /// <summary>Decides, and from then on counts an allowed order as working until <see cref="Release"/>.</summary>
    public RiskDecision Check(int instrument, OrderIntent intent)
    {
        var decision = Decide(instrument, intent);
        if (!decision.IsAllowed) return decision;

        var buy = intent.Side == OrderSide.Buy;
        _working[intent.OrderId] =
            (instrument, buy ? intent.Quantity : -intent.Quantity, buy ? intent.Quantity * intent.ReferencePrice : 0);
        return decision;
    }

    /// <summary>The order is done, whichever way.</summary>
    public void Release(ClientOrderId order) => _working.Remove(order);

    private RiskDecision Decide(int instrument, OrderIntent intent)
    {
        if (intent.Quantity <= 0)
        {
            return Denied(
                "quantity_below_lot",
                $"{limits.RiskPercent} % of {portfolio.Equity(instrument):0.00} buys less than one lot at {intent.ReferencePrice}.");
        }

        if (State == TradingState.Halted) return Denied("halted", $"Trading is halted.");

        var held = portfolio.Position(instrument).Quantity;
        var change = intent.Side == OrderSide.Buy ? intent.Quantity : -intent.Quantity;
        if (Math.Sign(change) == -Math.Sign(held) && Math.Abs(change) <= Math.Abs(held)) return RiskDecision.Allowed;

        var (workingChange, workingCost) = Working(instrument);
        var cost = intent.Side == OrderSide.Buy ? intent.Quantity * intent.ReferencePrice : 0;
        var cash = portfolio.Cash(instrument) - workingCost;
        if (cost > cash) return Denied("insufficient_cash", $"The order costs {cost:0.00}, and {cash:0.00} is free.");

        var value = Math.Abs(held + workingChange + change) * intent.ReferencePrice;
        var limit = portfolio.Equity(instrument) * limits.PositionPercent / 100;
        if (value > limit)
        {
            return Denied(
                "position_limit",
                $"The position would be worth {value:0.00}, more than {limits.PositionPercent} % of equity ({limit:0.00}).");
        }

        return RiskDecision.Allowed;
    }

    private (decimal Change, decimal Cost) Working(int instrument)
    {
        var change = 0m;
        var cost = 0m;
        foreach (var order in _working.Values)
        {
            if (order.Instrument == instrument) change += order.Change;
            if (portfolio.SameCurrency(order.Instrument, instrument)) cost += order.Cost;
        }

        return (change, cost);
    }

    private static RiskDecision Denied(string code, FormattableString reason) => new(code, reason.ToString(CultureInfo.InvariantCulture));
}
