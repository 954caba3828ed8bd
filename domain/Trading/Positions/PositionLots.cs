using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;

namespace AlgoStack.Trading.Positions;

/// <summary>
/// A position lot by lot: what comes in first goes out first (IAS 2 Inventories, 25 and 27, IASB 2003). Beside it stands the same
/// position at average cost; once nothing is held, both have realized the same. A fill through zero closes every lot, and what is
/// left of it opens the first of the other side.
/// </summary>
public sealed class PositionLots
{
    // Of new shares that a split makes; what a position holds has to be all that its lots hold.
    private const int SplitDigits = 12;

    private readonly List<PositionLot> _open = [];

    /// <summary>Oldest first, all of one side.</summary>
    public IReadOnlyList<PositionLot> Open => _open;

    /// <summary>The position at average cost.</summary>
    public Position AtAverageCost { get; private set; }

    /// <summary>Of the position's whole life, first in first out, before commission, with dividends.</summary>
    public decimal RealizedPnl { get; private set; }

    /// <summary>The position first in first out: its average price is that of the lots that are left.</summary>
    public Position FirstInFirstOut
    {
        get
        {
            var quantity = AtAverageCost.Quantity;
            return new Position(quantity, quantity == 0 ? 0 : _open.Sum(l => l.Quantity * l.Price) / quantity, RealizedPnl);
        }
    }

    /// <summary>Takes a fill.</summary>
    /// <param name="quantity">In units of the instrument, above zero.</param>
    /// <param name="commission">In the instrument's currency, above zero when paid; shared by quantity.</param>
    /// <returns>What it closed, oldest first.</returns>
    public IReadOnlyList<ClosedLot> OnFill(OrderSide side, decimal quantity, decimal price, decimal commission, DateTimeOffset at)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(quantity);
        AtAverageCost = AtAverageCost.After(side, quantity, price);
        var closed = new List<ClosedLot>();
        var (left, unpaid) = (side == OrderSide.Buy ? quantity : -quantity, commission);
        var gone = 0;
        while (left != 0 && gone < _open.Count && decimal.Sign(_open[gone].Quantity) != decimal.Sign(left))
        {
            var lot = _open[gone];
            var isWhole = Math.Abs(lot.Quantity) <= Math.Abs(left);
            var taken = isWhole ? lot.Quantity : -left;
            left += taken;

            // Whoever comes last has what is left, so that the parts make the whole.
            var opening = isWhole ? lot.Commission : lot.Commission * (taken / lot.Quantity);
            var closing = left == 0 ? unpaid : commission * (Math.Abs(taken) / quantity);
            unpaid -= closing;
            closed.Add(new ClosedLot(lot.OpenedAt, at, taken, lot.Price, price, opening + closing));
            RealizedPnl += closed[^1].RealizedPnl;
            if (isWhole) gone++;
            else _open[gone] = lot with { Quantity = lot.Quantity - taken, Commission = lot.Commission - opening };
        }

        _open.RemoveRange(0, gone);
        if (left != 0) _open.Add(new PositionLot(at, left, price, unpaid));
        return closed;
    }

    /// <summary>Takes a split: every lot is one of new shares, and what is less than a lot of the venue's is sold from the oldest.</summary>
    public IReadOnlyList<ClosedLot> OnSplit(PositionSplit booked)
    {
        var split = new Split(booked.Instrument, booked.At.ToUnixTimeMilliseconds(), booked.New, booked.Old);
        var (held, shares, all) = (0m, 0m, booked.Quantity + booked.Fraction);
        for (var i = 0; i < _open.Count; i++)
        {
            held += _open[i].Quantity;
            var sum = i == _open.Count - 1 ? all : decimal.Round(split.Quantity(held), SplitDigits);
            _open[i] = _open[i] with { Quantity = sum - shares, Price = split.Price(_open[i].Price) };
            shares = sum;
        }

        _open.RemoveAll(l => l.Quantity == 0);
        AtAverageCost = AtAverageCost with { Quantity = all, AveragePrice = split.Price(AtAverageCost.AveragePrice) };
        return booked.Fraction == 0
            ? []
            : OnFill(booked.Fraction > 0 ? OrderSide.Sell : OrderSide.Buy, Math.Abs(booked.Fraction), booked.Price, 0, booked.At);
    }

    /// <summary>Takes a dividend, or below zero a cost, of what is held.</summary>
    public void OnIncome(decimal amount)
    {
        RealizedPnl += amount;
        AtAverageCost = AtAverageCost with { RealizedPnl = AtAverageCost.RealizedPnl + amount };
    }
}
