using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using AlgoStack.BrokerRouting.Accounts;
using AlgoStack.Contracts.Orders;
using AlgoStack.EventStore.Streams;
using AlgoStack.Testing;
using AlgoStack.Trading.Instruments;
using FluentAssertions;
using Xunit;
using static AlgoStack.BrokerRouting.Tests.Accounts.AccountSurroundings;
using OrderDenied = AlgoStack.Trading.Orders.OrderDenied;
using OrderRequested = AlgoStack.Trading.Orders.OrderRequested;
using OrderSubmitted = AlgoStack.Trading.Orders.OrderSubmitted;

namespace AlgoStack.BrokerRouting.Tests.Accounts;

/// <summary>Switches thrown while orders stream in, judged by the venue's own file.</summary>
[BeginsEarly(1)]
public sealed class KillSwitchTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    private const int RoundsALife = 25;
    private static readonly int Rounds = Environment.GetEnvironmentVariable("ALGOSTACK_TEST_ALL") is "1" ? 1_000 : 50;
    private static readonly TimeSpan ToEffect = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ToBeFlat = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Watched = TimeSpan.FromMilliseconds(60);

    /// <summary>The venue's clock, too: it is a process of this machine.</summary>
    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>TS21.</summary>
    [Fact]
    public async Task After_a_switch_is_answered_no_order_that_it_stops_reaches_the_venue()
    {
        var seed = Random.Shared.Next(1_000_000);
        var random = new Random(seed);
        await using var here = await StartAsync();
        var desk = here.Routing.Get<AccountDesks>().Find(Account);
        var strategies = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        var stopped = new List<Stop>();
        await using (Runaway.Start(() => Volatile.Read(ref desk), "alpha", 100, strategies))
        await using (Runaway.Start(() => Volatile.Read(ref desk), "beta", 100, strategies))
        {
            for (var round = 1; round <= Rounds; round++)
            {
                // Orders that are decided, committed and on their way by then, as it happens.
                await PassAsync(TimeSpan.FromMilliseconds(random.Next(20, 80)));
                string? account = random.Next(3) == 0 ? null : Account, strategy = account is not null && random.Next(2) == 0 ? "alpha" : null;
                var (kind, isRestart) = (random.Next(3), round % RoundsALife == 0);
                var asked = TimeProvider.System.GetTimestamp();
                if (kind == 0) await SwitchAsync(here, "/reduce", new ReduceTrading("a drill", account, strategy));
                else await SwitchAsync(here, "/halt", new HaltTrading("a drill", account, strategy, Flatten: kind == 2));
                var from = Now + ToEffect;

                // Where the venue itself is slow, what had left by then may only be taken now.
                using (await here.Venue.Http.GetAsync(new Uri("/v2/clock", UriKind.Relative))) from = Now > from ? Now : from;
                await PassAsync(ToEffect + Watched);
                if (kind == 2)
                {
                    await Eventually.True(() => desk!.AskAsync((engine, _) => !engine.IsFlattening, null, CancellationToken.None), ToBeFlat, "it is flat");
                    TimeProvider.System.GetElapsedTime(asked).Should().BeLessThan(ToBeFlat);
                    if (strategy is null) (await PositionAsync(here)).Should().Be(0);
                }

                if (isRestart && strategy is null)
                {
                    Volatile.Write(ref desk, null);
                    await here.StopRoutingAsync();
                    await here.StartRoutingAsync();
                    await here.ProvenAsync();
                    Volatile.Write(ref desk, here.Routing.Get<AccountDesks>().Find(Account));
                    await PassAsync(Watched);
                }

                stopped.Add(new Stop(strategy, from, Now, string.Create(CultureInfo.InvariantCulture, $"round {round} of seed {seed}")));
                await SwitchAsync(here, "/resume", new ResumeTrading("the drill is over", account, strategy));
            }

            Volatile.Write(ref desk, null);
        }

        var ours = here.Venue.ReadLedger().Orders.Where(o => strategies.ContainsKey(o.ClientOrderId)).ToList();
        ours.Should().HaveCountGreaterThan(Rounds, "orders streamed in all the while");
        foreach (var stop in stopped)
        {
            ours.Where(o => o.AcceptedAt > stop.From && o.AcceptedAt < stop.To && (stop.Strategy ?? strategies[o.ClientOrderId]) == strategies[o.ClientOrderId])
                .Should().BeEmpty("{0}: all of it was stopped", stop.Round);
        }

        var denied = await ReadAsync<OrderDenied>(here);
        denied.Count(d => d.Code is "halted").Should().BePositive();
        denied.Count(d => d.Code is "reduce_only").Should().BePositive();
    }

    /// <summary>TS20, the drill that is named after Knight Capital's morning of 1 August 2012.</summary>
    [Fact]
    public async Task A_strategy_that_runs_away_is_held_to_its_rate_and_stopped_within_a_second()
    {
        const int Cap = 20;
        await using var here = await StartAsync(("OrdersPerSecond", Cap));
        var desk = here.Routing.Get<AccountDesks>().Find(Account)!;
        var strategies = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        DateTimeOffset halted;
        var began = TimeProvider.System.GetTimestamp();
        await using (var knight = Runaway.Start(() => desk, "knight", 1_500, strategies))
        {
            await Eventually.True(() => knight.Wished >= 4_500);
            await SwitchAsync(here, "/halt", new HaltTrading("it runs away"));
            halted = Now;
            var atHalt = knight.Wished;
            await Eventually.True(() => knight.Wished >= atHalt + 3_000);
            await knight.StopAsync();
        }

        var took = TimeProvider.System.GetElapsedTime(began);
        var sent = here.Venue.ReadLedger().Orders.Select(o => o.AcceptedAt).Order().ToList();
        sent.Should().HaveCountGreaterThan(Cap).And.HaveCountLessThanOrEqualTo(Cap * (int)Math.Ceiling(took.TotalSeconds));
        sent[^1].Should().BeBefore(halted + TimeSpan.FromSeconds(1));

        var submitted = (await ReadAsync<OrderSubmitted>(here)).Select(s => s.At).Order().ToList();
        Enumerable.Range(Cap, submitted.Count - Cap).Should().OnlyContain(i => submitted[i] - submitted[i - Cap] >= TimeSpan.FromMilliseconds(999));
        // What leaves evenly may arrive bunched by as much as the way takes.
        Enumerable.Range(Cap, sent.Count - Cap).Should().OnlyContain(i => sent[i] - submitted[i - Cap] >= TimeSpan.FromMilliseconds(999));

        var requested = await ReadAsync<OrderRequested>(here);
        var denied = await ReadAsync<OrderDenied>(here);
        requested.Should().HaveCount(strategies.Count, "each that came in is in the log");
        submitted.Count.Should().BeLessThanOrEqualTo(requested.Count);
        denied.Select(d => d.Code).Distinct(StringComparer.Ordinal).Should().BeEquivalentTo("order_rate", "halted");
        (sent.Count + denied.Count).Should().Be(requested.Count, "each has left or was denied, and none both");
    }

    private static async Task PassAsync(TimeSpan time)
    {
        using var timer = new PeriodicTimer(time);
        await timer.WaitForNextTickAsync();
    }

    private static async Task<decimal> PositionAsync(AccountSurroundings here)
    {
        using var answer = await here.Venue.Http.GetAsync(new Uri("/v2/positions/AAPL", UriKind.Relative));
        return answer.StatusCode == HttpStatusCode.NotFound ? 0 : 1;
    }

    private static async Task<List<T>> ReadAsync<T>(AccountSurroundings here)
    {
        var events = new List<T>();
        await foreach (var stored in here.Routing.Get<EventLog>().ReadAllAsync())
        {
            if (stored.Data is T e) events.Add(e);
        }

        return events;
    }

    private static async Task SwitchAsync<T>(AccountSurroundings here, string path, T command)
    {
        using var answer = await here.Routing.Http.PostAsJsonAsync(path, command);
        answer.StatusCode.Should().Be(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
    }

    private async Task<AccountSurroundings> StartAsync(params (string Name, int Value)[] limits)
    {
        var here = await AccountSurroundings.StartAsync(servers, cash: 1_000_000_000, start: false);
        foreach (var (name, value) in limits) here.Settings[$"Limits:{name}"] = value.ToString(CultureInfo.InvariantCulture);
        await here.Venue.SetPriceAsync("AAPL", 190m);
        // More than the adapter allows by itself, which the venue says with its first answer.
        await here.Venue.SwitchFaultsAsync(new { requests_per_minute = 1_000_000 });
        await here.StartRoutingAsync();
        await here.ProvenAsync();
        await here.Routing.Get<AccountDesks>().Find(Account)!.ListAsync([new InstrumentId("AAPL.ALPACA")], CancellationToken.None);
        return here;
    }

    /// <summary>A time in which nothing of a scope was to reach the venue.</summary>
    private sealed record Stop(string? Strategy, DateTimeOffset From, DateTimeOffset To, string Round);
}
