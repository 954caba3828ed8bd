namespace AlgoStack.EventStore.Tests;

public sealed record Opened(string Owner, AccountKind Kind = AccountKind.Cash);

public sealed record Deposited(decimal Amount, string? Note = null);

public sealed record Withdrawn(decimal Amount);

public sealed record Measured(double Value);

public enum AccountKind
{
    Cash,
    Margin,
}

public sealed record Account(string? Owner, decimal Balance, int Events)
{
    public static readonly Account Nobodys = new(null, 0, 0);

    public static Account Apply(Account account, object e) => e switch
    {
        Opened opened => account with { Owner = opened.Owner, Events = account.Events + 1 },
        Deposited deposited => account with { Balance = account.Balance + deposited.Amount, Events = account.Events + 1 },
        Withdrawn withdrawn => account with { Balance = account.Balance - withdrawn.Amount, Events = account.Events + 1 },
        _ => account,
    };
}

public sealed class AccountTotals
{
    public decimal Balance { get; private set; }

    public void Apply(object e) => Balance += e switch
    {
        Deposited deposited => deposited.Amount,
        Withdrawn withdrawn => -withdrawn.Amount,
        _ => 0,
    };
}
