using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Engine;

/// <summary>What one strategy holds of one instrument, and what is on its way.</summary>
internal sealed class StrategyBook(string strategy)
{
    public string Strategy { get; } = strategy;

    public SignalDirection Direction { get; set; }

    /// <summary>Of the idea that led to what is held; NaN for none.</summary>
    public double Target { get; private set; } = double.NaN;

    /// <inheritdoc cref="Target"/>
    public double Stop { get; private set; } = double.NaN;

    /// <summary>Bars after which the idea is stale; 0 for never.</summary>
    public int ExpiryBars { get; private set; }

    public int BarsHeld { get; set; }

    public decimal Held { get; set; }

    /// <summary>Signed quantity of orders on their way, exits that wait for their price not among them.</summary>
    public decimal Working { get; set; }

    public decimal Expected => Held + Working;

    /// <summary>Orders that wait at target and stop.</summary>
    public List<WorkingOrder> Exits { get; } = [];

    /// <summary>How often since the newest signal an order was made that no signal or bar called for: to close again, or to protect again.</summary>
    public int Turn { get; set; }

    /// <summary>How often in a row what was to close did not.</summary>
    public int Refused { get; set; }

    /// <summary>Not before this is it closed again.</summary>
    public DateTimeOffset? NextClosingAt { get; set; }

    /// <summary>Its exits gave way to a closing that did not happen.</summary>
    public bool IsBare { get; set; }

    /// <summary>It wants the other direction than it holds.</summary>
    public bool IsAgainst => Direction == (Held > 0 ? SignalDirection.Short : SignalDirection.Long) && Held != 0;

    /// <summary>It wants out of what it holds, and will hold it when all that is on its way has traded.</summary>
    public bool IsUnwanted => Held != 0 && decimal.Sign(Held) == decimal.Sign(Expected) && (Direction == SignalDirection.Flat || IsAgainst);

    public bool IsClosing => Held != 0 && Working != 0 && decimal.Sign(Held) != decimal.Sign(Working);

    /// <summary>Takes where the strategy stands as it is known to be; what is on its way is told by its orders.</summary>
    public void Restore(StrategyStood stood)
    {
        (Direction, Held) = (stood.Direction, stood.Held);
        (Target, Stop) = (stood.Target ?? double.NaN, stood.Stop ?? double.NaN);
        (ExpiryBars, BarsHeld, Turn) = (stood.ExpiryBars, stood.BarsHeld, stood.Turn);
    }

    /// <summary>Takes what others have made of what it holds. What there was nothing of before is of no idea.</summary>
    public void Hold(decimal held)
    {
        if (Held == 0 && Working == 0)
        {
            Direction = held > 0 ? SignalDirection.Long : SignalDirection.Short;
            (Target, Stop, ExpiryBars, BarsHeld) = (double.NaN, double.NaN, 0, 0);
        }

        Held = held;
        if (Expected == 0) Direction = SignalDirection.Flat;
    }

    public void Enter(Verdict verdict)
    {
        Target = verdict.Target;
        Stop = verdict.Stop;
        ExpiryBars = verdict.ExpiryBars;
        BarsHeld = 0;
    }

    /// <summary>What is held becomes whole lots of new shares; prices of the idea are theirs.</summary>
    public void Split(Split split, Instrument instrument)
    {
        Held = decimal.Sign(Held) * instrument.FloorQuantity(split.Quantity(Math.Abs(Held)));
        Target /= split.Ratio;
        Stop /= split.Ratio;
    }
}
