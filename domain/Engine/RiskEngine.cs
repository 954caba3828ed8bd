using System.Globalization;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Portfolios;
using AlgoStack.Trading.Risk;

namespace AlgoStack.Engine;

/// <summary>
/// Says whether an order may leave. Codes: <c>quantity_below_lot</c>, <c>halted</c>, <c>insufficient_cash</c>,
/// <c>position_limit</c>; of a margin account <c>insufficient_margin</c> in place of cash, and <c>margin_call</c>. Cash is
/// checked at the order's reference price and counts buys still on their way, margin counts all that is; an order that only
/// makes a position smaller passes cash, margin and limit.
/// </summary>
public sealed class RiskEngine(PortfolioKeeper portfolio, RiskLimits limits)
{
    private readonly decimal _positionShare = limits.PositionPercent / 100;
    private readonly List<decimal> _workingChange = [];
    private readonly List<decimal> _workingCost = [];
    private readonly HashSet<int> _called = [];

    public TradingState State { get; private set; }

    public void Halt() => State = TradingState.Halted;

    public void Resume() => State = TradingState.Active;

    /// <summary>Decides, and from then on counts an allowed order as working until it has traded or is <see cref="Release"/>d.</summary>
    public RiskDecision Check(WorkingOrder order)
    {
        var decision = Decide(order.Instrument, order.Intent);
        if (decision.IsAllowed) Reserve(order, order.Leaves);
        return decision;
    }

    /// <summary>Decides, and from then on counts an allowed order as working; see <see cref="Reserve(int, OrderSide, decimal, decimal)"/>.</summary>
    public RiskDecision Check(int instrument, OrderIntent intent)
    {
        var decision = Decide(instrument, intent);
        if (decision.IsAllowed) Reserve(instrument, intent.Side, intent.Quantity, intent.ReferencePrice);
        return decision;
    }

    /// <summary>So much more of an order is working, or so much less where <paramref name="quantity"/> is below zero.</summary>
    /// <param name="price">The order's reference price.</param>
    public void Reserve(int instrument, OrderSide side, decimal quantity, decimal price)
    {
        Grow(_workingChange, instrument);
        var ledger = portfolio.LedgerOf(instrument);
        Grow(_workingCost, ledger);
        _workingChange[instrument] += side == OrderSide.Buy ? quantity : -quantity;
        if (side == OrderSide.Buy) _workingCost[ledger] += quantity * price;
    }

    /// <summary>
    /// Looks at a margin account's currency once all of an instant's bars are in. Null, or the call that has just begun: all
    /// orders of the currency are to be taken back and all its positions closed. Until nothing is held any more, no other order
    /// may leave.
    /// </summary>
    public MarginCalled? Watch(int ledger, DateTimeOffset at)
    {
        if (limits.Margin is not { } margin) return null;

        var value = portfolio.GrossValue(ledger);
        if (_called.Contains(ledger))
        {
            if (value == 0) _called.Remove(ledger);
            return null;
        }

        var (equity, required) = (portfolio.EquityOf(ledger), value * margin.MaintenancePercent / 100);
        if (value == 0 || equity >= required) return null;

        _called.Add(ledger);
        return new MarginCalled(portfolio.Account, portfolio.CurrencyOf(ledger), equity, required, at);
    }

    /// <summary>From now on an order counts as working that nobody asks leave for: one that a margin call wants, or a split changed.</summary>
    public void Count(WorkingOrder order) => Reserve(order, order.Leaves);

    /// <summary>So much of an order traded.</summary>
    public void OnFill(WorkingOrder order, decimal quantity) => Reserve(order, -quantity);

    /// <summary>What was left of an order will not trade.</summary>
    public void Release(WorkingOrder order) => Reserve(order, -order.Leaves);

    private void Reserve(WorkingOrder order, decimal quantity)
    {
        // An exit only makes a position smaller.
        if (order.IsExit) return;

        Reserve(order.Instrument, order.Intent.Side, quantity, order.Intent.ReferencePrice);
    }

    private RiskDecision Decide(int instrument, OrderIntent intent)
    {
        if (intent.Quantity <= 0)
        {
            return Denied(
                "quantity_below_lot",
                $"{limits.RiskPercent} % of {portfolio.Equity(instrument):0.00} buys less than one lot at {intent.ReferencePrice}.");
        }

        if (State == TradingState.Halted) return Denied("halted", $"Trading is halted.");

        // All is being closed already: what makes a position smaller now would leave one on the other side.
        var ledger = portfolio.LedgerOf(instrument);
        if (limits.Margin is not null && _called.Contains(ledger)) return Denied("margin_call", $"A margin call has not been met yet.");

        var held = portfolio.Position(instrument).Quantity;
        var change = intent.Side == OrderSide.Buy ? intent.Quantity : -intent.Quantity;
        if (Math.Sign(change) == -Math.Sign(held) && Math.Abs(change) <= Math.Abs(held)) return RiskDecision.Allowed;

        var workingChange = instrument < _workingChange.Count ? _workingChange[instrument] : 0;
        if (limits.Margin is { } margin)
        {
            if (DeniedByMargin(margin, instrument, ledger, change, intent.ReferencePrice) is { } denied) return denied;
        }
        else
        {
            var workingCost = ledger < _workingCost.Count ? _workingCost[ledger] : 0;
            var cost = intent.Side == OrderSide.Buy ? intent.Quantity * intent.ReferencePrice : 0;
            var cash = portfolio.Cash(instrument) - workingCost;
            if (cost > cash) return Denied("insufficient_cash", $"The order costs {cost:0.00}, and {cash:0.00} is free.");
        }

        var value = Math.Abs(held + workingChange + change) * intent.ReferencePrice;
        var limit = portfolio.Equity(instrument) * _positionShare;
        if (value > limit)
        {
            return Denied(
                "position_limit",
                $"The position would be worth {value:0.00}, more than {limits.PositionPercent} % of equity ({limit:0.00}).");
        }

        return RiskDecision.Allowed;
    }

    private RiskDecision? DeniedByMargin(MarginModel margin, int instrument, int ledger, decimal change, decimal price)
    {
        var value = Exposure(instrument, change) * price;
        for (var other = 0; other < portfolio.Instruments; other++)
        {
            if (other != instrument && portfolio.LedgerOf(other) == ledger) value += Exposure(other, change: 0) * portfolio.LastPrice(other);
        }

        var (equity, required) = (portfolio.EquityOf(ledger), value * margin.InitialPercent / 100);
        return required <= equity
            ? null
            : Denied("insufficient_margin", $"The positions would need {required:0.00} of margin, and equity is {equity:0.00}.");
    }

    /// <summary>The most that is held of an instrument now or, with what is on its way, later, long or short.</summary>
    private decimal Exposure(int instrument, decimal change)
    {
        var held = portfolio.Position(instrument).Quantity;
        var workingChange = instrument < _workingChange.Count ? _workingChange[instrument] : 0;
        return Math.Max(Math.Abs(held), Math.Abs(held + workingChange + change));
    }

    private static void Grow(List<decimal> sums, int index)
    {
        while (sums.Count <= index) sums.Add(0);
    }

    private static RiskDecision Denied(string code, FormattableString reason) => new(code, reason.ToString(CultureInfo.InvariantCulture));
}
