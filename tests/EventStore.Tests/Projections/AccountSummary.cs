using AlgoStack.EventStore.Projections;
using AlgoStack.EventStore.Streams;

namespace AlgoStack.EventStore.Tests.Projections;

public sealed record AccountSummary(string? Owner, decimal Balance, int Changes, DateTimeOffset LastChanged);

/// <summary>One document an account; a withdrawal that leaves nothing deletes it.</summary>
internal sealed class AccountSummaries : SingleStreamProjection<AccountSummary>
{
    public override string Name => "AccountSummaries";

    public override string Table => "account_summaries";

    public override AccountSummary? Evolve(AccountSummary? snapshot, StoredEvent e)
    {
        var summary = (snapshot ?? new AccountSummary(null, 0, 0, default)) with { LastChanged = e.Timestamp };
        summary = summary with { Changes = summary.Changes + 1 };
        return e.Data switch
        {
            Opened opened => summary with { Owner = opened.Owner },
            Deposited deposited => summary with { Balance = summary.Balance + deposited.Amount },
            Withdrawn withdrawn when withdrawn.Amount == summary.Balance => null,
            Withdrawn withdrawn => summary with { Balance = summary.Balance - withdrawn.Amount },
            _ => snapshot,
        };
    }
}

public sealed record OwnerTotals(int Accounts, decimal Deposited);

/// <summary>One document an owner: who opened accounts, and whom deposits are noted for, none or several.</summary>
internal sealed class Owners : MultiStreamProjection<OwnerTotals, string>
{
    public Owners()
    {
        Identity<Opened>(opened => opened.Owner);
        Identities<Deposited>(deposited => deposited.Note?.Split(',') ?? []);
    }

    public override string Name => "owners";

    public override OwnerTotals? Evolve(OwnerTotals? snapshot, string id, StoredEvent e)
    {
        var totals = snapshot ?? new OwnerTotals(0, 0);
        return e.Data switch
        {
            Opened => totals with { Accounts = totals.Accounts + 1 },
            Deposited { Amount: < 0 } => null,
            Deposited deposited => totals with { Deposited = totals.Deposited + deposited.Amount },
            _ => throw new InvalidOperationException($"{id} got {e.TypeName}."),
        };
    }
}
