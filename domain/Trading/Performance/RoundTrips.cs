using System.Runtime.InteropServices;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;

namespace AlgoStack.Trading.Performance;

/// <summary>
/// Turns one account's fills into closed trades: from the fill that opens a position of an instrument to the one that
/// brings it back to nothing, however many lie between. Over such a round trip average cost and first-in-first-out
/// agree: what it made is what came in less what went out, exact in decimals.
/// </summary>
public sealed class RoundTrips
{
    private readonly Dictionary<InstrumentId, OpenTrade> _open = [];

    /// <summary>Instruments with a position that is not closed yet.</summary>
    public int OpenPositions { get; private set; }

    /// <summary>
    /// Takes a fill. True when it closed a position. One that crosses to the other side closes one trade and opens the
    /// next, its commission shared by quantity.
    /// </summary>
    /// <param name="quantity">In units of the instrument, above zero.</param>
    /// <param name="price">In the quote currency.</param>
    /// <param name="commission">In the account's currency, above zero when paid.</param>
    /// <param name="atMs">Unix milliseconds, UTC.</param>
    public bool OnFill(
        InstrumentId instrument, OrderSide side, decimal quantity, decimal price, decimal commission, long atMs, out RoundTrip trade)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(quantity);
        trade = default;
        ref var open = ref CollectionsMarshal.GetValueRefOrAddDefault(_open, instrument, out _);
        var signed = side is OrderSide.Buy ? quantity : -quantity;
        var left = open.Quantity + signed;
        if (open.Quantity == 0 || decimal.Sign(left) == decimal.Sign(open.Quantity))
        {
            if (open.Quantity == 0) OpenPositions++;
            open.Add(signed, price, commission, atMs);
            return false;
        }

        var share = left == 0 ? commission : commission * (Math.Abs(open.Quantity) / quantity);
        open.Add(-open.Quantity, price, share, atMs);
        trade = open.ToRoundTrip(instrument, atMs);
        open = default;
        if (left == 0)
        {
            OpenPositions--;
        }
        else
        {
            open.Add(left, price, commission - share, atMs);
        }

        return true;
    }

    /// <summary>A split of an instrument: what is open is from here on in new shares, as if it had been traded in them.</summary>
    /// <param name="quantity">Of new shares that are held, signed, fractions with them; 0 where nothing is.</param>
    public void OnSplit(InstrumentId instrument, Split split, decimal quantity)
    {
        if (quantity != 0) CollectionsMarshal.GetValueRefOrNullRef(_open, instrument).Split(split, quantity);
    }

    /// <summary>A dividend, or below zero a cost, of what is held of an instrument.</summary>
    public void OnIncome(InstrumentId instrument, decimal amount) => CollectionsMarshal.GetValueRefOrNullRef(_open, instrument).Add(amount);

    private struct OpenTrade
    {
        // Averages need no more, and a quantity has to come back to zero.
        private const int QuantityDigits = 12;

        private bool _isShort;
        private long _openedMs;
        private int _buys;
        private int _sells;
        private decimal _buyPrice;
        private decimal _sellPrice;
        private decimal _bought;
        private decimal _sold;
        private decimal _paid;
        private decimal _received;
        private decimal _commission;
        private decimal _income;

        /// <summary>Above zero when long, below when short.</summary>
        public readonly decimal Quantity => _bought - _sold;

        public void Add(decimal quantity, decimal price, decimal commission, long atMs)
        {
            if (_bought == 0 && _sold == 0)
            {
                _openedMs = atMs;
                _isShort = quantity < 0;
            }

            _commission += commission;
            if (quantity > 0)
            {
                _buys++;
                _buyPrice = price;
                _bought += quantity;
                _paid += quantity * price;
            }
            else
            {
                _sells++;
                _sellPrice = price;
                _sold -= quantity;
                _received -= quantity * price;
            }
        }

        public void Add(decimal income) => _income += income;

        public void Split(Split split, decimal quantity)
        {
            (_buyPrice, _sellPrice) = (split.Price(_buyPrice), split.Price(_sellPrice));
            if (_isShort)
            {
                _bought = decimal.Round(split.Quantity(_bought), QuantityDigits);
                _sold = _bought - quantity;
            }
            else
            {
                _sold = decimal.Round(split.Quantity(_sold), QuantityDigits);
                _bought = _sold + quantity;
            }
        }

        public readonly RoundTrip ToRoundTrip(InstrumentId instrument, long atMs)
        {
            // Of one fill the average is its price, and a division of money is the dearest thing here.
            var bought = _buys == 1 ? _buyPrice : _paid / _bought;
            var sold = _sells == 1 ? _sellPrice : _received / _sold;
            return new RoundTrip(
                instrument,
                _isShort ? OrderSide.Sell : OrderSide.Buy,
                _bought,
                _isShort ? sold : bought,
                _isShort ? bought : sold,
                _commission,
                _received - _paid - _commission + _income,
                _openedMs,
                atMs)
            {
                Income = _income,
            };
        }
    }
}

/// <summary>A position that was opened and is closed again; where there was a split meanwhile, in shares as they are after it.</summary>
/// <param name="Side">Of the entry: <c>Buy</c> for a long trade.</param>
/// <param name="Quantity">All that was entered, above zero.</param>
/// <param name="EntryPrice">Average.</param>
/// <param name="ExitPrice">Average.</param>
/// <param name="Commission">Of entry and exit.</param>
/// <param name="ProfitAndLoss">Net of commission, with <see cref="Income"/>.</param>
public readonly record struct RoundTrip(
    InstrumentId Instrument,
    OrderSide Side,
    decimal Quantity,
    decimal EntryPrice,
    decimal ExitPrice,
    decimal Commission,
    decimal ProfitAndLoss,
    long OpenedMs,
    long ClosedMs)
{
    /// <summary>Dividends of the position less what borrowing its shares cost.</summary>
    public decimal Income { get; init; }
}
