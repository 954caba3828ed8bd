using AlgoStack.Trading.Portfolios;

namespace AlgoStack.BrokerRouting.Portfolios;

/// <summary>
/// Where an account stands after a batch, in the stream <c>account-{account}</c>. Stored for ever, so the shape is added
/// to, never changed.
/// </summary>
/// <param name="At">Close of the batch's last bar; null when it had none.</param>
/// <param name="Closes">Last close of every instrument held.</param>
/// <param name="Signals">Taken since the session began; so are intents, denied and fills.</param>
/// <param name="OrderListHash">Over every intent of the session so far.</param>
public sealed record AccountMarked(
    string Account,
    string SessionId,
    int Partition,
    long Sequence,
    bool Ended,
    DateTimeOffset? At,
    IReadOnlyList<Balance> Balances,
    IReadOnlyDictionary<string, decimal> Closes,
    long Signals,
    long Intents,
    long Denied,
    long Fills,
    string OrderListHash)
{
    public static string StreamOf(string account) => $"account-{account}";
}

/// <summary>A halt or a resume took hold of a session, from the batch after <paramref name="AfterSequence"/> on.</summary>
/// <param name="State">A trading state: <c>Active</c>, <c>Reducing</c> or <c>Halted</c>.</param>
public sealed record TradingControlled(string SessionId, string State, long AfterSequence, string Reason);
