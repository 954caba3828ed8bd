using AlgoStack.Trading.MarketData;

namespace AlgoStack.Indicators;

/// <summary>
/// The levels at which floor traders expect a session to turn: its pivot, the typical price of the session before, and three
/// levels of resistance above and of support below. A session is a day. John Person, A Complete Guide to Technical Trading
/// Tactics, 2004.
/// </summary>
public struct PivotPoints : IIndicator
{
    private readonly SessionDay _sessions;
    private long _session;
    private double _sessionHigh;
    private double _sessionLow;
    private double _sessionClose;
    private double _high;
    private double _low;

    /// <param name="start">When sessions begin, after midnight UTC; less than a day.</param>
    public PivotPoints(TimeSpan start)
    {
        _sessions = new SessionDay(start);
        _session = long.MinValue;
        _high = double.NaN;
        _low = double.NaN;
        Pivot = double.NaN;
    }

    /// <summary>Bars of a day needed before there is a first value: two. Of shorter bars, all of the first session and one.</summary>
    public readonly int WarmUp => 2;

    public readonly bool IsWarm => !double.IsNaN(Pivot);

    /// <summary>NaN until warm, as are all that follow.</summary>
    public double Pivot { get; private set; }

    public readonly double Resistance1 => (2 * Pivot) - _low;

    public readonly double Resistance2 => Pivot + (_high - _low);

    public readonly double Resistance3 => _high + (2 * (Pivot - _low));

    public readonly double Support1 => (2 * Pivot) - _high;

    public readonly double Support2 => Pivot - (_high - _low);

    public readonly double Support3 => _low - (2 * (_high - Pivot));

    public void Push(in Bar bar)
    {
        if (!bar.HasPrices()) return;

        var session = _sessions.Of(bar.CloseMs);
        if (session != _session)
        {
            if (_session != long.MinValue) Settle();
            _session = session;
            _sessionHigh = bar.High;
            _sessionLow = bar.Low;
        }

        _sessionHigh = Math.Max(_sessionHigh, bar.High);
        _sessionLow = Math.Min(_sessionLow, bar.Low);
        _sessionClose = bar.Close;
    }

    private void Settle()
    {
        _high = _sessionHigh;
        _low = _sessionLow;
        Pivot = (_high + _low + _sessionClose) / 3;
    }
}
