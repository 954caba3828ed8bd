using System.Collections.Concurrent;
using AlgoStack.EventStore.Projections;
using AlgoStack.EventStore.Streams;
using AlgoStack.EventStore.Subscriptions;
using Npgsql;

namespace AlgoStack.EventStore.Tests.Projections;

/// <summary>One row an account.</summary>
internal sealed class Balances : Projection
{
    public override string Name => "Balances";

    public override IReadOnlyList<string> Tables => ["balances"];

    public override IReadOnlyList<Type> Events => [typeof(Deposited), typeof(Withdrawn)];

    public override async Task ApplyAsync(
        IReadOnlyList<StoredEvent> events, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var changes = events.GroupBy(e => e.StreamId, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
        await using var command = new NpgsqlCommand(
            """
            insert into balances as b (account, balance, changes) select * from unnest($1, $2, $3)
            on conflict (account) do update set balance = b.balance + excluded.balance, changes = b.changes + excluded.changes
            """,
            connection,
            transaction);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. changes.Select(g => g.Key)] });
        command.Parameters.Add(new NpgsqlParameter<decimal[]> { TypedValue = [.. changes.Select(g => g.Sum(Change))] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. changes.Select(g => g.LongCount())] });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static decimal Change(StoredEvent e) => e.Data is Deposited deposited ? deposited.Amount : -((Withdrawn)e.Data).Amount;
}

/// <summary>One row an event, by COPY, so that an event lost or applied twice is seen.</summary>
internal sealed class Applied : Projection
{
    private int _failures;

    public override string Name => "Applied";

    public override IReadOnlyList<string> Tables => ["applied"];

    /// <summary>An event whose amount cannot be applied, ever.</summary>
    public decimal? Poison { get; set; }

    public int Failures => Volatile.Read(ref _failures);

    public override async Task ApplyAsync(
        IReadOnlyList<StoredEvent> events, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using (var copy = await connection.BeginBinaryImportAsync(
            "copy applied (seq_id, stream_id, version) from stdin (format binary)", cancellationToken))
        {
            foreach (var e in events)
            {
                await copy.StartRowAsync(cancellationToken);
                await copy.WriteAsync(e.Sequence, cancellationToken);
                await copy.WriteAsync(e.StreamId, cancellationToken);
                await copy.WriteAsync(e.Version, cancellationToken);
            }

            await copy.CompleteAsync(cancellationToken);
        }

        if (Poison is not null && events.Any(e => e.Data is Deposited deposited && deposited.Amount == Poison))
        {
            Interlocked.Increment(ref _failures);
            throw new ArithmeticException("It does not add up.");
        }
    }
}

/// <summary>Keeps what it was told.</summary>
internal sealed class Told : Subscription
{
    private int _failuresLeft;

    public override string Name => "Told";

    public ConcurrentQueue<StoredEvent> Seen { get; } = new();

    public void FailNext(int times) => Volatile.Write(ref _failuresLeft, times);

    public override Task HandleAsync(IReadOnlyList<StoredEvent> events, CancellationToken cancellationToken)
    {
        foreach (var e in events) Seen.Enqueue(e);
        if (Interlocked.Decrement(ref _failuresLeft) >= 0) throw new InvalidOperationException("The broker is away.");
        return Task.CompletedTask;
    }
}

/// <summary>Throws out of the token that ends it, as a connection may that breaks at that moment.</summary>
internal sealed class EndsBadly : Subscription
{
    public override string Name => "EndsBadly";

    public override Task HandleAsync(IReadOnlyList<StoredEvent> events, CancellationToken cancellationToken)
    {
        cancellationToken.Register(() => throw new ObjectDisposedException("a connection"));
        return Task.CompletedTask;
    }
}

/// <summary>Tells how many of it were read.</summary>
internal sealed record Counted
{
    private static int _made;

    public Counted(int number)
    {
        Number = number;
        Interlocked.Increment(ref _made);
    }

    public static int Made
    {
        get => Volatile.Read(ref _made);
        set => Volatile.Write(ref _made, value);
    }

    public int Number { get; }
}

/// <summary>Takes no page to its end until it is let go.</summary>
internal sealed class Slow : Subscription
{
    private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override string Name => "Slow";

    public ConcurrentQueue<int> Pages { get; } = new();

    public void LetGo() => _letGo.SetResult();

    public override Task HandleAsync(IReadOnlyList<StoredEvent> events, CancellationToken cancellationToken)
    {
        Pages.Enqueue(events.Count);
        return _letGo.Task.WaitAsync(cancellationToken);
    }
}
