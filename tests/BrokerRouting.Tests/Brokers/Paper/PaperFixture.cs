using System.Collections.Concurrent;
using AlgoStack.Contracts.MarketData;
using AlgoStack.EventStore.Streams;
using AlgoStack.ServiceDefaults.Clients;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using Microsoft.AspNetCore.Builder;
using Xunit;

namespace AlgoStack.BrokerRouting.Tests.Brokers.Paper;

/// <summary>A log, and ingestion that knows one share; every account is another one.</summary>
public sealed class PaperFixture : IAsyncLifetime
{
    private readonly ServerFixture _servers = new();
    private HttpPeer _tape = null!;
    private ServiceUnderTest _service = null!;
    private int _accounts;

    /// <summary>The batches that ingestion has of the session <c>live</c>, by sequence.</summary>
    public ConcurrentDictionary<long, BarsClosed> Tape { get; } = [];

    public EventLog Log => Get<EventLog>();

    public T Get<T>()
        where T : notnull => _service.Get<T>();

    public async Task InitializeAsync()
    {
        _tape = await HttpPeer.StartAsync(routes =>
        {
            routes.MapGet("/instruments", () => new[] { new InstrumentTerms("AAPL.SIM", 0.01m, 1m, "USD") });
            routes.MapGet("/sessions/live/batches/{sequence:long}", (long sequence) => Tape[sequence]);
        });
        _service = await ServiceUnderTest.StartAsync(
            BrokerRoutingService.Build,
            await _servers.CreateSchemaDatabaseAsync(),
            await _servers.CreateVirtualHostAsync(),
            ("ingestion", _tape.Address),
            ("signal", _tape.Address));
    }

    internal PaperVenue NewVenue(out string account)
    {
        account = $"paper{Interlocked.Increment(ref _accounts)}";
        return new PaperVenue(account, Log, Get<TapeClient>());
    }

    public async Task DisposeAsync()
    {
        await _service.DisposeAsync();
        await _tape.DisposeAsync();
        await _servers.DisposeAsync();
    }
}
