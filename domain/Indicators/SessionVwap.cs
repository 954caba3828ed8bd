using AlgoStack.Trading.MarketData;

namespace AlgoStack.Indicators;

/// <summary>
/// The typical price of the bars since the session began, each weighted by its volume; that of the newest while none had
/// any. A session is a day.
/// </summary>
public struct SessionVwap : IIndicator
{
    private readonly SessionDay _sessions;
    private long _session;
    private double _money;
    private double _volume;

    /// <param name="start">When sessions begin, after midnight UTC; less than a day.</param>
    public SessionVwap(TimeSpan start)
    {
        _sessions = new SessionDay(start);
        _session = long.MinValue;
        Value = double.NaN;
    }

    /// <summary>Bars needed before there is a first value: one.</summary>
    public readonly int WarmUp => 1;

    public readonly bool IsWarm => !double.IsNaN(Value);

    /// <summary>NaN until warm.</summary>
    public double Value { get; private set; }

    public double Push(in Bar bar)
    {
        if (!bar.HasPricesAndVolume()) return Value;

        var session = _sessions.Of(bar.CloseMs);
        if (session != _session)
        {
            _session = session;
            _money = 0;
            _volume = 0;
        }

        var price = bar.TypicalPrice();
        _money += price * bar.Volume;
        _volume += bar.Volume;
        Value = _volume > 0 ? _money / _volume : price;
        return Value;
    }
}
