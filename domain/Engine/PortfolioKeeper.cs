using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Portfolios;
using AlgoStack.Trading.Positions;

namespace AlgoStack.Engine;

/// <summary>
/// Keeps an account's cash and positions. A currency's opening balance is credited when the first instrument quoted in
/// it is added; currencies are never added up.
/// </summary>
public sealed class PortfolioKeeper(string account, decimal openingBalance)
{
    private const int Digits = 8;

    // A third is one to so many, of a price and, beyond those of the lot, of a quantity.
    private const int SplitDigits = 12;

    private readonly List<Ledger> _ledgers = [];
    private Holding[] _holdings = [];

    public string Account { get; } = account;

    /// <summary>Adds an instrument; its index is the number of those added before.</summary>
    public void Add(Instrument instrument)
    {
        _holdings = [.. _holdings, new Holding(instrument, _ledgers.IndexOf(LedgerOf(instrument.Currency)))];
    }

    /// <summary>Takes a position as it is known to be.</summary>
    public void Restore(int instrument, Position position) => _holdings[instrument].Position = position;

    /// <summary>Takes a currency's cash as it is known to be.</summary>
    public void Restore(string currency, decimal cash) => LedgerOf(currency).Cash = cash;

    /// <summary>Takes all of a currency as it is known to be; what it says of equity follows from positions.</summary>
    public void Restore(Balance balance)
    {
        var ledger = LedgerOf(balance.Currency);
        (ledger.Opening, ledger.Cash, ledger.RealizedPnl, ledger.Commission) = (balance.Opening, balance.Cash, balance.RealizedPnl, balance.Commission);
    }

    /// <summary>Takes what was paid in, or below zero out, in money or in kind: it is no profit.</summary>
    public void Contribute(string currency, decimal amount) => LedgerOf(currency).Opening += amount;

    /// <summary>Takes what is to be paid to the account, or below zero by it: equity has it, cash has it not.</summary>
    public void Owe(string currency, decimal amount) => LedgerOf(currency).Due += amount;

    /// <summary>Takes an instrument's newest close.</summary>
    public void Mark(int instrument, double close) => _holdings[instrument].LastClose = close;

    /// <summary>Books a fill: cash moves, and the position's event says where it stands now.</summary>
    public PositionEvent Book(int instrument, OrderSide side, OrderFilled fill)
    {
        var holding = _holdings[instrument];
        var ledger = _ledgers[holding.Ledger];
        var before = holding.Position;
        var after = before.After(side, fill.Quantity, fill.Price);
        if (fill.FeeAsset is { } asset && asset == InstrumentNaming.BaseAsset(holding.Instrument))
            after = after with { Quantity = after.Quantity - fill.Fee!.Value };

        holding.Position = after;
        var value = fill.Quantity * fill.Price;
        ledger.Cash += (side == OrderSide.Buy ? -value : value) - fill.Commission;
        ledger.Commission += fill.Commission;
        ledger.RealizedPnl += after.RealizedPnl - before.RealizedPnl;

        var (id, currency) = (holding.Instrument.Id, ledger.Currency);
        if (before.Quantity == 0) return new PositionOpened(Account, id, currency, after.Quantity, after.AveragePrice, after.RealizedPnl, fill.At);
        if (after.Quantity == 0) return new PositionClosed(Account, id, currency, 0, 0, after.RealizedPnl, fill.At);
        return new PositionChanged(Account, id, currency, after.Quantity, after.AveragePrice, after.RealizedPnl, fill.At);
    }

    /// <summary>
    /// Books a split: the position is <paramref name="kept"/> from then on, and what is not is paid out at the last close, divided.
    /// Null where nothing was held.
    /// </summary>
    /// <param name="kept">Signed; no more than the split makes of the position.</param>
    public PositionSplit? Book(int instrument, Split split, decimal kept, DateTimeOffset at)
    {
        var holding = _holdings[instrument];
        var worth = split.Price(holding.Price);
        holding.Adjust(worth);
        var before = holding.Position;
        if (before.Quantity == 0) return null;

        var price = decimal.Round(worth, SplitDigits);
        var average = split.Price(before.AveragePrice);
        var fraction = decimal.Round(split.Quantity(before.Quantity) - kept, Math.Min(holding.Instrument.Lot.Scale + SplitDigits, 28));
        var cash = fraction * price;
        holding.Position = new Position(kept, kept == 0 ? 0 : average, before.RealizedPnl);
        Realize(holding, cash, cash - (fraction * average));
        var (after, currency) = (holding.Position, _ledgers[holding.Ledger].Currency);
        return new PositionSplit(
            Account, holding.Instrument.Id, currency, kept, after.AveragePrice, after.RealizedPnl, at, split.New, split.Old, fraction, price, cash);
    }

    /// <summary>Books a dividend: a long gets it, a short pays it, and the last close is worth so much less. Null where nothing was held.</summary>
    public DividendBooked? Book(int instrument, CashDividend dividend, DateTimeOffset at)
    {
        var holding = _holdings[instrument];
        holding.Adjust(Math.Max(holding.Price - dividend.Amount, 0));
        if (holding.Position.Quantity == 0) return null;

        var cash = holding.Position.Quantity * dividend.Amount;
        Realize(holding, cash, cash);
        var (after, currency) = (holding.Position, _ledgers[holding.Ledger].Currency);
        return new DividendBooked(Account, holding.Instrument.Id, currency, after.Quantity, after.AveragePrice, after.RealizedPnl, at, cash);
    }

    /// <summary>Books what a short's shares cost to borrow for so many days: of 360 in a year. Null where nothing is short.</summary>
    /// <param name="annualPercent">Of what is short at its last close.</param>
    public BorrowCharged? BookBorrow(int instrument, decimal annualPercent, int days, DateTimeOffset at)
    {
        var holding = _holdings[instrument];
        if (holding.QuantityEstimate >= 0) return null;

        var cash = decimal.Round(holding.Position.Quantity * holding.Price * annualPercent / 100 * days / 360, Digits);
        Realize(holding, cash, cash);
        var (after, currency) = (holding.Position, _ledgers[holding.Ledger].Currency);
        return new BorrowCharged(Account, holding.Instrument.Id, currency, after.Quantity, after.AveragePrice, after.RealizedPnl, at, days, cash);
    }

    public Position Position(int instrument) => _holdings[instrument].Position;

    /// <summary>What is held of an instrument, and its last price, in floating point.</summary>
    internal (double Quantity, double Price) Estimate(int instrument)
    {
        var holding = _holdings[instrument];
        return (holding.QuantityEstimate, holding.PriceEstimate);
    }

    public Instrument InstrumentOf(int instrument) => _holdings[instrument].Instrument;

    /// <summary>The last close as orders take it: on the tick, but where a split or a dividend has changed it since.</summary>
    public decimal LastPrice(int instrument) => _holdings[instrument].Price;

    /// <summary>0 for a currency that has not been seen.</summary>
    public decimal Cash(string currency) => _ledgers.Find(l => l.Currency == currency)?.Cash ?? 0;

    /// <summary>It was seen: there was cash of it, or an instrument is quoted in it.</summary>
    public bool Has(string currency) => _ledgers.Exists(l => l.Currency == currency);

    public decimal Cash(int instrument) => _ledgers[_holdings[instrument].Ledger].Cash;

    public int Instruments => _holdings.Length;

    public int Currencies => _ledgers.Count;

    public string CurrencyOf(int ledger) => _ledgers[ledger].Currency;

    /// <summary>The index of the currency that an instrument is quoted in, counted from 0 as they were first seen.</summary>
    public int LedgerOf(int instrument) => _holdings[instrument].Ledger;

    /// <summary>Equity of the currency that <paramref name="instrument"/> is quoted in.</summary>
    public decimal Equity(int instrument) => EquityOf(_holdings[instrument].Ledger);

    /// <summary>What a currency's positions are worth at their last close, shorts as much as longs.</summary>
    public decimal GrossValue(int ledger)
    {
        var value = 0m;
        foreach (var holding in _holdings)
        {
            if (holding.QuantityEstimate == 0 || holding.Ledger != ledger) continue;
            value += Math.Abs(holding.Position.Quantity) * holding.Price;
        }

        return value;
    }

    /// <summary>Equity of a currency: its cash, what is due, and its positions at their last close.</summary>
    public decimal EquityOf(int ledger)
    {
        var equity = _ledgers[ledger].Cash + _ledgers[ledger].Due;
        foreach (var holding in _holdings)
        {
            if (holding.QuantityEstimate == 0 || holding.Ledger != ledger) continue;
            equity += holding.Position.Quantity * holding.Price;
        }

        return equity;
    }

    /// <summary>Every currency, in the order they were first seen.</summary>
    public IEnumerable<Balance> Balances()
    {
        for (var i = 0; i < _ledgers.Count; i++)
        {
            var ledger = _ledgers[i];
            yield return new Balance(ledger.Currency, ledger.Opening, ledger.Cash, EquityOf(i), ledger.RealizedPnl, ledger.Commission);
        }
    }

    /// <summary>
    /// Equity of a currency for statistics: as <see cref="Equity"/>, in floating point and at closes that are not rounded to
    /// the tick.
    /// </summary>
    public double EquityEstimate(int ledger)
    {
        var equity = _ledgers[ledger].CashEstimate;
        foreach (var holding in _holdings)
        {
            if (holding.QuantityEstimate != 0 && holding.Ledger == ledger) equity += holding.QuantityEstimate * holding.LastClose;
        }

        return equity;
    }

    /// <summary>Cash of the instrument's currency and what is held of it, in floating point.</summary>
    public (double Cash, double Quantity) HoldingEstimate(int instrument)
    {
        var holding = _holdings[instrument];
        return (_ledgers[holding.Ledger].CashEstimate, holding.QuantityEstimate);
    }

    private Ledger LedgerOf(string currency)
    {
        var ledger = _ledgers.Find(l => l.Currency == currency);
        if (ledger is null) _ledgers.Add(ledger = new Ledger(currency, openingBalance));
        return ledger;
    }

    private void Realize(Holding holding, decimal cash, decimal profit)
    {
        var ledger = _ledgers[holding.Ledger];
        ledger.Cash += cash;
        ledger.RealizedPnl += profit;
        holding.Position = holding.Position with { RealizedPnl = holding.Position.RealizedPnl + profit };
    }

    private sealed class Holding(Instrument instrument, int ledger)
    {
        private Position _position;
        private double _pricedClose = double.NaN;
        private decimal _price;
        private double _priceEstimate;

        public Instrument Instrument { get; } = instrument;

        public int Ledger { get; } = ledger;

        public Position Position
        {
            get => _position;
            set
            {
                _position = value;
                QuantityEstimate = (double)value.Quantity;
            }
        }

        public double QuantityEstimate { get; private set; }

        public double LastClose { get; set; }

        /// <inheritdoc cref="LastPrice"/>
        public decimal Price
        {
            get
            {
                if (LastClose == _pricedClose) return _price;

                SetPrice(Instrument.RoundPrice(LastClose), LastClose);
                return _price;
            }
        }

        public double PriceEstimate
        {
            get
            {
                _ = Price;
                return _priceEstimate;
            }
        }

        /// <summary>Makes another of the last close, which no bar has said.</summary>
        public void Adjust(decimal price)
        {
            LastClose = (double)price;
            SetPrice(price, LastClose);
        }

        private void SetPrice(decimal price, double close) => (_price, _priceEstimate, _pricedClose) = (price, (double)price, close);
    }

    private sealed class Ledger(string currency, decimal opening)
    {
        private decimal _cash = opening;
        private decimal _due;

        public string Currency { get; } = currency;

        /// <summary>What was paid in, less what was paid out.</summary>
        public decimal Opening { get; set; } = opening;

        public decimal Cash
        {
            get => _cash;
            set
            {
                _cash = value;
                CashEstimate = (double)(value + _due);
            }
        }

        public decimal Due
        {
            get => _due;
            set
            {
                _due = value;
                CashEstimate = (double)(_cash + value);
            }
        }

        /// <summary>With what is due.</summary>
        public double CashEstimate { get; private set; } = (double)opening;

        public decimal RealizedPnl { get; set; }

        public decimal Commission { get; set; }
    }
}
