using AlgoStack.Trading.Executions;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using AlgoStack.Trading.Venues;

namespace AlgoStack.Engine.Tests.Accounts;

/// <summary>A parent order on <see cref="OneAccount"/>, told word by word. Slices go by their turns.</summary>
internal sealed class ExecutionScript(RiskLimits? limits = null)
{
    public const string Id = "parent";

    private readonly Dictionary<int, decimal> _filled = [];

    public OneAccount Account { get; } = new(limits);

    public AccountEngine Engine => Account.Engine;

    public ExecutionEnded? Ended => Account.Logged<ExecutionEnded>().SingleOrDefault();

    public ExecutionStopped? Stopped => Account.Logged<ExecutionStopped>().SingleOrDefault();

    /// <summary>A slice a minute.</summary>
    public IReadOnlyList<string> Twap(decimal quantity, int slices, decimal? limit = null)
    {
        Engine.OnPrice("AAPL", 100, Account.Now);
        return Start(new ExecutionPlan(
            Id, "main", "test", OneAccount.Apple.Id, OrderSide.Buy, quantity, ExecutionAlgorithm.Twap, limit, Account.Now, Account.Now.AddMinutes(slices), slices));
    }

    public IReadOnlyList<string> Iceberg(decimal quantity, decimal display) => Start(new ExecutionPlan(
        Id, "main", "test", OneAccount.Apple.Id, OrderSide.Buy, quantity, ExecutionAlgorithm.Iceberg, 100, Account.Now, null, 0)
    {
        DisplayQuantity = display,
    });

    public IReadOnlyList<string> Start(ExecutionPlan plan)
    {
        if (Engine.Execute(plan, Account.Now) is { } why) throw new InvalidOperationException($"{why}");
        return Turn();
    }

    /// <summary>Decides, commits, and says what is to be done at the venue.</summary>
    public IReadOnlyList<string> Turn() => [.. Account.Turn().Select(Say).OfType<string>()];

    public IReadOnlyList<string> Later(TimeSpan time)
    {
        Account.Now += time;
        Engine.OnPrice("AAPL", 100, Account.Now);
        return Turn();
    }

    public IReadOnlyList<string> Later(int minutes = 1) => Later(TimeSpan.FromMinutes(minutes));

    public static ClientOrderId Slice(int turn) => ClientOrderId.ForSlice(Id, turn);

    public Order Find(int turn) => Engine.Find(Slice(turn))!;

    public IReadOnlyList<string> Fills(int turn, decimal quantity)
    {
        var filled = _filled[turn] = _filled.GetValueOrDefault(turn) + quantity;
        Account.Report(Slice(turn), filled == Find(turn).Quantity ? VenueOrderStatus.Filled : VenueOrderStatus.PartiallyFilled, filled, quantity);
        return Turn();
    }

    public IReadOnlyList<string> Rests(int turn)
    {
        Account.Report(Slice(turn), VenueOrderStatus.New, 0, 0);
        return Turn();
    }

    /// <summary>The venue has taken it back, asked or not.</summary>
    public IReadOnlyList<string> Canceled(int turn)
    {
        var isAsked = Find(turn).CancelReason is not null;
        Account.Report(Slice(turn), VenueOrderStatus.Canceled, _filled.GetValueOrDefault(turn), 0);
        if (isAsked) Engine.OnCancelAnswered(Slice(turn), new ChangeResult.Taken(null), Account.Now);
        return Turn();
    }

    public IReadOnlyList<string> Refused(int turn)
    {
        Engine.OnPlaced(Slice(turn), new PlaceResult.Refused(new BrokerError(BrokerErrorCategory.InvalidOrder, "1", "no", PlacementOutcome.NotPlaced)), Account.Now);
        return Turn();
    }

    public IReadOnlyList<string> Unanswered(int turn)
    {
        Engine.OnPlaced(Slice(turn), new PlaceResult.OutcomeUnknown("no answer"), Account.Now);
        return Turn();
    }

    private string? Say(AccountWork work) => work switch
    {
        AccountWork.Place { Order: var o } => FormattableString.Invariant($"place {TurnOf(new ClientOrderId(o.ClientId))}: {o.Side} {o.Quantity} {o.Type} {o.LimitPrice}").TrimEnd(),
        AccountWork.Cancel cancel => $"cancel {TurnOf(cancel.OrderId)}",
        AccountWork.Lookup lookup => $"look up {TurnOf(lookup.OrderId)}",
        AccountWork.Reconcile => null,
        _ => work.ToString(),
    };

    private string TurnOf(ClientOrderId order) =>
        Engine.Find(order)!.Intent is { Execution: not null } slice ? FormattableString.Invariant($"{slice.Turn}") : order.Value;
}
