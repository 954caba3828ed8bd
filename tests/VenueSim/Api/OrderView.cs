using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AlgoStack.VenueSim.Books;

namespace AlgoStack.VenueSim.Api;

/// <summary>An order as Alpaca writes it.</summary>
internal sealed record OrderView(
    string Id,
    string ClientOrderId,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset SubmittedAt,
    DateTimeOffset? FilledAt,
    DateTimeOffset? ExpiredAt,
    DateTimeOffset? CanceledAt,
    DateTimeOffset? FailedAt,
    DateTimeOffset? ReplacedAt,
    string? ReplacedBy,
    string? Replaces,
    Guid AssetId,
    string Symbol,
    string AssetClass,
    string? Notional,
    decimal Qty,
    decimal FilledQty,
    decimal? FilledAvgPrice,
    string OrderClass,
    OrderType OrderType,
    OrderType Type,
    OrderSide Side,
    TimeInForce TimeInForce,
    decimal? LimitPrice,
    decimal? StopPrice,
    OrderStatus Status,
    bool ExtendedHours,
    IReadOnlyList<OrderView>? Legs,
    decimal? TrailPercent,
    decimal? TrailPrice,
    decimal? Hwm)
{
    private const int AveragePricePlaces = 9;

    /// <param name="nested">Legs inside their entry.</param>
    public static OrderView Of(Order order, bool nested = false)
    {
        var terms = order.Terms;
        DateTimeOffset? When(OrderStatus status) => order.Status == status ? order.ClosedAt : null;
        return new OrderView(
            terms.Id,
            terms.ClientOrderId,
            order.CreatedAt,
            order.UpdatedAt,
            order.CreatedAt,
            order.Status == OrderStatus.Filled ? order.FilledAt : null,
            When(OrderStatus.Expired),
            When(OrderStatus.Canceled),
            When(OrderStatus.Rejected),
            When(OrderStatus.Replaced),
            order.ReplacedBy?.Terms.Id,
            order.Replaces?.Terms.Id,
            AssetIdOf(terms.Symbol),
            terms.Symbol,
            AssetClassOf(terms.Symbol),
            Notional: null,
            order.Qty,
            order.Filled,
            order.AveragePrice is { } average ? decimal.Round(average, AveragePricePlaces) : null,
            terms.OrderClass == Books.OrderClass.Simple ? "" : WordOf(terms.OrderClass),
            terms.Type,
            terms.Type,
            terms.Side,
            terms.TimeInForce,
            terms.LimitPrice,
            order.StopPrice,
            order.Status,
            terms.ExtendedHours,
            nested && order.Legs.Count > 0 ? [.. order.Legs.Select(leg => Of(leg))] : null,
            terms.TrailPercent,
            terms.TrailPrice,
            order.HighWaterMark);
    }

    public static string AssetClassOf(string symbol) => symbol.Contains('/', StringComparison.Ordinal) ? "crypto" : "us_equity";

    /// <summary>The same for a symbol always.</summary>
    public static Guid AssetIdOf(string symbol)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(symbol), hash);
        // Marked as version 4, variant 1: clients check.
        var word = BinaryPrimitives.ReadUInt16BigEndian(hash[6..]);
        BinaryPrimitives.WriteUInt16BigEndian(hash[6..], (ushort)((word & 0x0FFF) | 0x4000));
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    private static string WordOf(OrderClass value) => value switch
    {
        Books.OrderClass.Bracket => "bracket",
        Books.OrderClass.Oco => "oco",
        _ => "oto",
    };
}
