namespace AlgoStack.Trading.MarketData;

/// <summary>
/// Open, high, low, close and volume of one timeframe, stamped at its close: Unix milliseconds, UTC. Prices are in the
/// instrument's quote currency, volume in its units.
/// </summary>
public readonly record struct Bar(long CloseMs, double Open, double High, double Low, double Close, double Volume)
{
    public DateTimeOffset CloseTime => DateTimeOffset.FromUnixTimeMilliseconds(CloseMs);

    /// <summary>The same of shares of which so many make one of these: the price is theirs together, the volume so much less.</summary>
    public Bar Times(double factor) => new(CloseMs, Open * factor, High * factor, Low * factor, Close * factor, Volume / factor);
}
