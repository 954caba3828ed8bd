using AlgoStack.Engine;
using AlgoStack.Trading.Orders;

namespace AlgoStack.BrokerRouting.Accounts;

/// <summary>How an account stands, as its desk sees it.</summary>
/// <param name="IsProven">Proven in this life of the process, and still: orders may leave.</param>
/// <param name="GatedBecause">Why not.</param>
/// <param name="ComparedAt">When it was last compared with its venue; null while it was not yet.</param>
/// <param name="Working">Orders that are approved and not done, those in <paramref name="Unknown"/> included.</param>
/// <param name="Unknown">Orders of which nobody can say whether they are at the venue.</param>
public sealed record DeskState(bool IsProven, string? GatedBecause, bool IsConnected, DateTimeOffset? ComparedAt, int Working, int Unknown, int Drifts)
{
    public static DeskState Of(AccountEngine engine)
    {
        var (working, unknown) = (0, 0);
        foreach (var order in engine.Orders)
        {
            if (!order.Status.IsFinal()) working++;
            if (order.Status == OrderStatus.Unknown) unknown++;
        }

        return new DeskState(engine.IsProven, engine.GatedBecause, engine.IsConnected, engine.ComparedAt, working, unknown, engine.Drifts.Count);
    }
}
