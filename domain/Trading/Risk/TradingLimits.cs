using AlgoStack.Trading.Instruments;

namespace AlgoStack.Trading.Risk;

/// <summary>
/// What may be traded: by an account, or by one of its strategies. Null is no limit. Money is in an instrument's quote currency, of
/// which each is held against the limit by itself. Changed only as a whole, see <see cref="RiskLimits"/>.
/// </summary>
public sealed record TradingLimits
{
    /// <summary>Beyond any rate that a broker takes; the window over the last orders is as long.</summary>
    public const int MostOrdersPerSecond = 10_000;

    public static TradingLimits None { get; } = new();

    /// <summary>How far the clock may be off, in milliseconds either way; a skew that nobody knows is too far.</summary>
    public long? ClockSkewMs { get; init; }

    /// <summary>Orders leave while the market is known to be open.</summary>
    public bool OpenMarketOnly { get; init; }

    /// <summary>Instruments in which nothing is to be traded, closing included.</summary>
    public IReadOnlySet<InstrumentId>? Restricted { get; init; }

    /// <summary>How old the last price may be, in milliseconds.</summary>
    public long? PriceAgeMs { get; init; }

    /// <summary>How far an order's prices may be from the last one, in percent of that.</summary>
    public decimal? FatFingerPercent { get; init; }

    /// <summary>The most of one order, in units of the instrument.</summary>
    public decimal? OrderQuantity { get; init; }

    /// <summary>The most that one order may be worth.</summary>
    public decimal? OrderValue { get; init; }

    /// <summary>How long it takes, in milliseconds, until an order may leave that is like one of the same strategy.</summary>
    public long? DuplicateMs { get; init; }

    /// <summary>The most orders that leave within any second.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not from 0 to <see cref="MostOrdersPerSecond"/>.</exception>
    public int? OrdersPerSecond
    {
        get;
        init
        {
            if (value is < 0 or > MostOrdersPerSecond)
                throw new ArgumentOutOfRangeException(nameof(value), value, $"OrdersPerSecond: expected 0 to {MostOrdersPerSecond}.");
            field = value;
        }
    }

    /// <summary>
    /// What may be lost in a UTC day, realized and not: its first equity less the equity now. Where that much is lost, a position
    /// can only be made smaller.
    /// </summary>
    public decimal? DailyLoss { get; init; }

    /// <summary>The orders that may leave in a UTC day, whether they trade or not; after these a position can only be made smaller.</summary>
    public int? DailyTrades { get; init; }

    /// <summary>The most of one position, long or short, in units of the instrument.</summary>
    public decimal? PositionQuantity { get; init; }

    /// <summary>The most that one position may be worth, long or short.</summary>
    public decimal? PositionValue { get; init; }

    /// <summary>The most that all positions may be worth, shorts as much as longs.</summary>
    public decimal? GrossExposure { get; init; }

    /// <summary>The most that longs less shorts, or shorts less longs, may be worth.</summary>
    public decimal? NetExposure { get; init; }

    /// <summary>Whether they allow the same, figure by figure.</summary>
    public bool AreAs(TradingLimits other) =>
        this with { Restricted = other.Restricted } == other &&
        (Restricted is null || other.Restricted is null ? Restricted == other.Restricted : Restricted.SetEquals(other.Restricted));
}
