using System.Collections.Concurrent;
using AlgoStack.Contracts.MarketData;
using AlgoStack.EventStore.Streams;
using AlgoStack.ServiceDefaults.Clients;

namespace AlgoStack.BrokerRouting.Brokers.Paper;

/// <summary>The paper venues of this process, to be told what their market did.</summary>
public sealed partial class PaperVenues(EventLog log, TapeClient tape, TimeProvider clock, ILogger<PaperVenues> logger)
{
    private readonly ConcurrentDictionary<string, PaperBroker> _byAccount = new(StringComparer.Ordinal);

    internal IBroker Open(string account, BrokerSettings settings) =>
        _byAccount[account] = new PaperBroker(account, PaperOptions.Read(settings), log, tape, clock);

    /// <summary>
    /// Returns once they have committed what came of a batch. One that cannot goes over it with the next one, for it sees the gap
    /// then.
    /// </summary>
    public async Task PassAsync(BarsClosed batch, CancellationToken cancellationToken)
    {
        foreach (var (account, venue) in _byAccount)
        {
            try
            {
                await venue.OnBarsAsync(batch, cancellationToken);
            }
#pragma warning disable CA1031 // Prices of all accounts come the same way, and do not wait for this one.
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogBehind(e, account, batch.Sequence);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Account {Account}: its paper venue could not go over batch {Sequence}.")]
    private partial void LogBehind(Exception exception, string account, long sequence);
}
