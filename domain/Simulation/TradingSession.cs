using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AlgoStack.Engine;
using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Portfolios;
using AlgoStack.Trading.Positions;
using AlgoStack.Trading.Risk;

namespace AlgoStack.Simulation;

/// <summary>
/// From signals to fills: risk, execution, portfolio and the simulated venue, driven instant by instant. Live and
/// backtest call this same object. Within an instant the order is: <see cref="OnBar"/> for each bar by instrument id
/// (the venue's reports come first, then exits that the bar calls for), then <see cref="OnSignal"/> for each signal by
/// instrument id and strategy.
/// </summary>
public sealed class TradingSession : IDisposable
{
    /// <summary>What a paper account opens with, of each quote currency.</summary>
    public const decimal OpeningBalance = 100_000;

    private readonly PortfolioKeeper _portfolio;
    private readonly RiskEngine _risk;
    private readonly ExecutionEngine _execution;
    private readonly SimulatedVenue _venue = new();
    private readonly Dictionary<InstrumentId, int> _indices = [];
    private readonly IncrementalHash _orders = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<OrderIntent> _intents = [];
    private readonly List<(OrderIntent Order, OrderFilled Fill)> _fills = [];

    public TradingSession(string account, RiskLimits limits)
    {
        _portfolio = new PortfolioKeeper(account, OpeningBalance);
        _risk = new RiskEngine(_portfolio, limits);
        _execution = new ExecutionEngine(_portfolio, limits);
    }

    /// <summary>What happened since the list was last cleared, in order. The caller clears it.</summary>
    public List<OrderEvent> OrderEvents { get; } = [];

    /// <summary>What became of positions since the list was last cleared, in order. The caller clears it.</summary>
    public List<PositionEvent> PositionEvents { get; } = [];

    public string Account => _portfolio.Account;

    public TradingState State => _risk.State;

    public long Intents { get; private set; }

    public long Denied { get; private set; }

    public long Fills { get; private set; }

    /// <summary>
    /// SHA-256 over every order intent so far, in the order they were made: two runs that wanted the same orders have
    /// the same hash.
    /// </summary>
    public string OrderListHash => Convert.ToHexStringLower(_orders.GetCurrentHash());

    public IEnumerable<Balance> Balances => _portfolio.Balances();

    public Position PositionOf(int instrument) => _portfolio.Position(instrument);

    /// <summary>The index to call an instrument by; the first call with an id adds it.</summary>
    public int IndexOf(Instrument instrument)
    {
        if (_indices.TryGetValue(instrument.Id, out var index)) return index;

        index = _indices.Count;
        _indices.Add(instrument.Id, index);
        _portfolio.Add(instrument);
        _execution.Add(instrument);
        _venue.Add(instrument);
        return index;
    }

    public void Halt() => _risk.Halt();

    public void Resume() => _risk.Resume();

    public void OnBar(int instrument, in Bar bar)
    {
        _venue.OnBar(instrument, bar, _fills);
        foreach (var (order, fill) in _fills) Book(instrument, order, fill);
        _fills.Clear();

        _portfolio.Mark(instrument, bar.Close);

        _execution.OnBar(instrument, bar, _intents);
        foreach (var intent in _intents) Route(instrument, intent);
        _intents.Clear();
    }

    /// <exception cref="KeyNotFoundException">The signal is for an instrument that no bar was seen of.</exception>
    public void OnSignal(Signal signal)
    {
        var instrument = _indices[signal.Instrument];
        if (_execution.OnSignal(instrument, signal) is { } intent) Route(instrument, intent);
    }

    public void Dispose() => _orders.Dispose();

    private void Route(int instrument, OrderIntent intent)
    {
        Intents++;
        _orders.AppendData(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"{intent.OrderId}|{intent.Instrument}|{intent.Side}|{intent.Quantity.Normalized()}|{intent.Type}|{intent.At.ToUnixTimeMilliseconds()}\n")));
        OrderEvents.Add(new OrderRequested(intent));

        var decision = _risk.Check(instrument, intent);
        if (!decision.IsAllowed)
        {
            Denied++;
            _execution.OnDone(intent.OrderId);
            OrderEvents.Add(new OrderDenied(intent.OrderId, decision.Code!, decision.Reason!, intent.At));
            return;
        }

        OrderEvents.Add(new OrderSubmitted(intent.OrderId, intent.At));
        OrderEvents.Add(_venue.Accept(instrument, intent));
    }

    private void Book(int instrument, OrderIntent order, OrderFilled fill)
    {
        Fills++;
        _execution.OnFill(fill);
        if (fill.Leaves == 0) _risk.Release(fill.OrderId);

        OrderEvents.Add(fill);
        PositionEvents.Add(_portfolio.Book(instrument, order.Side, fill));
    }
}
