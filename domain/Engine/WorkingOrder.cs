using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;

namespace AlgoStack.Engine;

/// <summary>An order on its way, from its intent to its last fill.</summary>
public sealed class WorkingOrder
{
    /// <summary>An order as a venue has it that knows of no strategies.</summary>
    /// <param name="instrument">The index that the venue calls the instrument by.</param>
    public WorkingOrder(int instrument, OrderIntent intent)
        : this(instrument, intent, new StrategyBook(intent.Strategy), isExit: false)
    {
    }

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

    /// <summary>As it was wanted, or as a split has changed it since.</summary>
    public OrderIntent Intent { get; private set; }

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

    /// <summary>Makes an order for old shares one for new: whole lots, and prices on the tick.</summary>
    internal void Split(Split split, Instrument instrument)
    {
        Leaves = instrument.FloorQuantity(split.Quantity(Leaves));
        Intent = Intent with
        {
            Quantity = instrument.FloorQuantity(split.Quantity(Intent.Quantity)),
            ReferencePrice = PriceOf(Intent.ReferencePrice),
            LimitPrice = Intent.LimitPrice is { } limit ? PriceOf(limit) : null,
            StopPrice = Intent.StopPrice is { } stop ? PriceOf(stop) : null,
            TrailBy = Intent.TrailBy is { } trail ? PriceOf(trail) : null,
        };

        decimal PriceOf(decimal price) => Math.Max(instrument.RoundPrice((double)split.Price(price)), instrument.Tick);
    }
}
