using AlgoStack.Contracts.Orders;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using AlgoStack.Testing.Trading;
using Microsoft.Extensions.DependencyInjection;

namespace AlgoStack.BrokerRouting.Tests;

internal sealed class HearOrders(Heard<OrdersChanged> heard) : Hear<OrdersChanged>(heard);

/// <summary>What broker-routing finds around it: servers of its own, ingestion, signal, and somebody who listens.</summary>
internal sealed record RoutingSurroundings(RecordedSession Session, string Database, string Broker, HttpPeer Tape, HttpPeer Signal, BusPeer Bus)
    : IAsyncDisposable
{
    public string Account => $"paper-{Session.Id}";

    public IReadOnlyList<OrdersChanged> Told => Bus.Heard<OrdersChanged>();

    public static async Task<RoutingSurroundings> StartAsync(ServerFixture servers, RecordedSession session)
    {
        var broker = await servers.CreateVirtualHostAsync();
        return new RoutingSurroundings(
            session,
            await servers.CreateSchemaDatabaseAsync(),
            broker,
            await HttpPeer.StartAsync(session.MapTape),
            await HttpPeer.StartAsync(session.MapEvaluations),
            await BusPeer.StartAsync(broker, (bus, services) =>
            {
                services.AddSingleton<Heard<OrdersChanged>>();
                bus.AddOrderedConsumer<HearOrders, OrdersChanged>();
            }));
    }

    public Task<ServiceUnderTest> StartRoutingAsync(params IEnumerable<KeyValuePair<string, string?>> settings) => StartRoutingAsync(TimeProvider.System, settings);

    public Task<ServiceUnderTest> StartRoutingAsync(TimeProvider clock, IEnumerable<KeyValuePair<string, string?>> settings) => ServiceUnderTest.StartAsync(
        BrokerRoutingService.Build, Database, Broker, settings, clock, ("ingestion", Tape.Address), ("signal", Signal.Address));

    /// <summary>Announces batches by their sequence, bars first, and then what came of them.</summary>
    public async Task AnnounceAsync(params int[] sequences)
    {
        foreach (var sequence in sequences)
        {
            await Bus.PublishAsync(Session.Batches[sequence - 1]);
            await Bus.PublishAsync(Session.Evaluations[sequence - 1]);
        }
    }

    /// <summary>Where routing stands once it has come to <paramref name="sequence"/> and shows all of it.</summary>
    public async Task<RoutingProgress> ReachAsync(ServiceUnderTest routing, long sequence)
    {
        RoutingProgress? progress = null;
        await Eventually.True(
            async () =>
            {
                using var response = await routing.Http.GetAsync($"/sessions/{Session.Id}/progress");
                if (!response.IsSuccessStatusCode) return false;

                progress = await routing.GetAsync<RoutingProgress>($"/sessions/{Session.Id}/progress");
                return progress.LastSequence >= sequence && progress.Projected;
            },
            TimeSpan.FromSeconds(60),
            $"routing comes to batch {sequence}");
        return progress!;
    }

    public async ValueTask DisposeAsync()
    {
        await Bus.DisposeAsync();
        await Signal.DisposeAsync();
        await Tape.DisposeAsync();
    }
}
