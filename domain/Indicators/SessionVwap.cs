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

    /// <summary>The close that, in place of the newest, would have been the value itself; NaN until warm.</summary>
    /// <param name="newest">The bar pushed last.</param>
    public readonly double CloseOnValue(in Bar newest)
    {
        // A third of the newest bar's volume stands for its close; the value without it is what the close has to be.
        var share = _volume > 0 ? newest.Volume / _volume / 3 : 1.0 / 3;
        return (Value - (share * newest.Close)) / (1 - share);
    }
}
