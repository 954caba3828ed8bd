using System.Collections.Concurrent;
using AlgoStack.Alerting.Alerts;
using AlgoStack.Contracts.Orders;
using AlgoStack.EventStore.Streams;
using MassTransit;
using Npgsql;

namespace AlgoStack.Alerting.Rules;

/// <summary>Tells fills, denials, rejections and doubts of every page of order events, in order.</summary>
public sealed class TellOrders(AccountSessions accounts, RaisedAlerts alerts, EventLog log) : IConsumer<OrdersChanged>
{
    private const string Consumer = "tell-orders";
    private const string Feed = "orders";

    /// <summary>The newest position of broker-routing's log that was heard and committed; 0 for none.</summary>
    public static Task<long> LastPositionAsync(EventSession session, int partition, CancellationToken cancellationToken) =>
        session.LastSequenceAsync(Consumer, Feed, partition, cancellationToken);

    public async Task Consume(ConsumeContext<OrdersChanged> context)
    {
        var page = context.Message;
        var cancellationToken = context.CancellationToken;
        var session = log.OpenSession();
        var last = await LastPositionAsync(session, page.Partition, cancellationToken);
        if (page.LastPosition <= last) return;

        var sessionOf = await accounts.LearnAsync(page, session, cancellationToken);
        await alerts.AddAsync(session, OrderPage.On(page, last, sessionOf), cancellationToken);
        session.AdvanceSequence(Consumer, Feed, page.Partition, last, page.LastPosition);
        await session.SaveChangesAsync(cancellationToken);
    }
}

/// <summary>Which session trades on which account: told by an order's first event, and remembered for the later ones.</summary>
public sealed class AccountSessions(NpgsqlDataSource database)
{
    private readonly ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);

    /// <summary>Notes the accounts of a page with the session's commit.</summary>
    /// <returns>The session of an account of the page; of one never heard of, the account itself.</returns>
    public async Task<Func<string, string>> LearnAsync(OrdersChanged page, EventSession session, CancellationToken cancellationToken)
    {
        foreach (var (account, sessionId) in page.Requested.Select(order => (order.Account, order.SessionId)).Distinct())
        {
            _known.TryAdd(account, sessionId);
            // Also when it is known: the commit that was to note it may have failed.
            session.Execute(Note(account, sessionId));
        }

        var told = page.Filled.Select(fill => fill.Account)
            .Concat(page.Denied.Select(denial => denial.Account))
            .Concat(page.Rejected.Select(rejection => rejection.Account))
            .Concat((page.BecameUnknown ?? []).Select(order => order.Account))
            .Concat((page.Reconciled ?? []).Select(order => order.Account))
            .Concat((page.Overfilled ?? []).Select(order => order.Account));
        foreach (var account in told.Distinct(StringComparer.Ordinal))
        {
            if (!_known.ContainsKey(account) && await FindAsync(account, cancellationToken) is { } sessionId) _known.TryAdd(account, sessionId);
        }

        return account => _known.GetValueOrDefault(account, account);
    }

    private static NpgsqlBatchCommand Note(string account, string sessionId) => new(
        "insert into account_sessions (account, session_id) values ($1, $2) on conflict (account) do nothing")
    {
        Parameters = { new NpgsqlParameter<string> { TypedValue = account }, new NpgsqlParameter<string> { TypedValue = sessionId } },
    };

    private async Task<string?> FindAsync(string account, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select session_id from account_sessions where account = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = account });
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }
}
