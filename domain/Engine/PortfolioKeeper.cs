using AlgoStack.Trading.Instruments;
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
    private readonly List<Ledger> _ledgers = [];
    private Holding[] _holdings = [];

    public string Account { get; } = account;

    /// <summary>Adds an instrument; its index is the number of those added before.</summary>
    public void Add(Instrument instrument)
    {
        var ledger = _ledgers.FindIndex(l => l.Currency == instrument.Currency);
        if (ledger < 0)
        {
            ledger = _ledgers.Count;
            _ledgers.Add(new Ledger(instrument.Currency, openingBalance));
        }

        _holdings = [.. _holdings, new Holding(instrument, ledger)];
    }

    /// <summary>Takes an instrument's newest close.</summary>
    public void Mark(int instrument, double close) => _holdings[instrument].LastClose = close;

    /// <summary>Books a fill: cash moves, and the position's event says where it stands now.</summary>
    public PositionEvent Book(int instrument, OrderSide side, OrderFilled fill)
    {
        var holding = _holdings[instrument];
        var ledger = _ledgers[holding.Ledger];
        var before = holding.Position;
        var after = before.After(side, fill.Quantity, fill.Price);

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

    public Position Position(int instrument) => _holdings[instrument].Position;

    public decimal Cash(int instrument) => _ledgers[_holdings[instrument].Ledger].Cash;

    /// <summary>The index of the currency that an instrument is quoted in, counted from 0 as they were first seen.</summary>
    public int LedgerOf(int instrument) => _holdings[instrument].Ledger;

    /// <summary>Equity of the currency that <paramref name="instrument"/> is quoted in.</summary>
    public decimal Equity(int instrument) => EquityOf(_holdings[instrument].Ledger);

    /// <summary>Every currency, in the order they were first seen.</summary>
    public IEnumerable<Balance> Balances()
    {
        for (var i = 0; i < _ledgers.Count; i++)
        {
            var ledger = _ledgers[i];
            yield return new Balance(ledger.Currency, openingBalance, ledger.Cash, EquityOf(i), ledger.RealizedPnl, ledger.Commission);
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

    private decimal EquityOf(int ledger)
    {
        var equity = _ledgers[ledger].Cash;
        foreach (var holding in _holdings)
        {
            if (holding.QuantityEstimate == 0 || holding.Ledger != ledger) continue;
            equity += holding.Position.Quantity * holding.Instrument.RoundPrice(holding.LastClose);
        }

        return equity;
    }

    private sealed class Holding(Instrument instrument, int ledger)
    {
        private Position _position;

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
    }

    private sealed class Ledger(string currency, decimal opening)
    {
        private decimal _cash = opening;

        public string Currency { get; } = currency;

        public decimal Cash
        {
            get => _cash;
            set
            {
                _cash = value;
                CashEstimate = (double)value;
            }
        }

        public double CashEstimate { get; private set; } = (double)opening;

        public decimal RealizedPnl { get; set; }

        public decimal Commission { get; set; }
    }
}
