using System.Collections.Concurrent;
using System.Globalization;
using AlgoStack.BrokerRouting.Accounts;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;

namespace AlgoStack.BrokerRouting.Tests.Accounts;

/// <summary>
/// A strategy that buys one share at a time, at an even rate, and does not look at what comes of it. It asks the account's desk
/// itself, as nothing in between would let it be fast enough.
/// </summary>
internal sealed class Runaway : IAsyncDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(10);
    private static readonly InstrumentId Apple = new("AAPL.ALPACA");

    private readonly ConcurrentDictionary<string, string> _strategies;
    private readonly ConcurrentBag<Task> _asked = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private int _wished;

    private Runaway(Func<AccountDesk?> desk, string strategy, int ordersPerSecond, ConcurrentDictionary<string, string> strategies)
    {
        _strategies = strategies;
        _running = RunAsync(desk, strategy, ordersPerSecond);
    }

    /// <summary>Orders that were wished for.</summary>
    public int Wished => Volatile.Read(ref _wished);

    /// <param name="desk">Null while there is none.</param>
    /// <param name="strategies">Takes the strategy of each order by the order's id.</param>
    public static Runaway Start(Func<AccountDesk?> desk, string strategy, int ordersPerSecond, ConcurrentDictionary<string, string> strategies) =>
        new(desk, strategy, ordersPerSecond, strategies);

    /// <summary>Returns once all that was wished for is decided.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await Task.WhenAll(_asked);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task RunAsync(Func<AccountDesk?> desk, string strategy, int ordersPerSecond)
    {
        using var timer = new PeriodicTimer(Beat);
        var (last, owed) = (TimeProvider.System.GetTimestamp(), 0d);
        while (await IsNextAsync(timer))
        {
            var now = TimeProvider.System.GetTimestamp();
            if (desk() is { DownBecause: null } at)
            {
                // What a late beat has missed it makes up for.
                for (owed += TimeProvider.System.GetElapsedTime(last, now).TotalSeconds * ordersPerSecond; owed >= 1; owed--)
                    _asked.Add(WishAsync(at, strategy, Interlocked.Increment(ref _wished)));
            }

            last = now;
        }
    }

    private async Task<bool> IsNextAsync(PeriodicTimer timer)
    {
        try
        {
            return await timer.WaitForNextTickAsync(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task WishAsync(AccountDesk desk, string strategy, int number)
    {
        var id = ClientOrderId.ForRequest(AccountSurroundings.Account, string.Create(CultureInfo.InvariantCulture, $"{strategy}-{number}"));
        _strategies[id.Value] = strategy;
        try
        {
            await desk.AskAsync(
                (engine, now) =>
                {
                    engine.Place(
                        new OrderIntent(id, AccountSurroundings.Account, strategy, Apple, OrderSide.Buy, 1, OrderType.Limit, 191, null, now) { LimitPrice = 191 }, now);
                    return true;
                },
                id,
                CancellationToken.None);
        }
        catch (Exception e) when (e is ProblemException or OperationCanceledException)
        {
            // The account is not at hand just now.
        }
    }
}
