using AlgoStack.Trading.Orders;

namespace AlgoStack.Engine;

/// <summary>An order on its way, from its intent to its last fill.</summary>
public sealed class WorkingOrder
{
    internal WorkingOrder(int instrument, OrderIntent intent, StrategyBook book, bool isExit)
    {
        Instrument = instrument;
        Intent = intent;
        Book = book;
        IsExit = isExit;
        Leaves = intent.Quantity;
    }

    /// <summary>The index that the engines call the instrument by.</summary>
    public int Instrument { get; }

    public OrderIntent Intent { get; }

    /// <summary>What has not traded yet.</summary>
    public decimal Leaves { get; set; }

    public bool IsBuy => Intent.Side == OrderSide.Buy;

    /// <summary>The order of which only this one or that one can trade: what trades of one is no more left of the other.</summary>
    public WorkingOrder? OneCancelsOther { get; internal set; }

    /// <summary>It waits at the target or the stop of what a strategy holds.</summary>
    internal bool IsExit { get; }

    internal StrategyBook Book { get; }

    /// <summary>How often it has traded.</summary>
    internal int Fills { get; set; }
}
