using AlgoStack.EventStore.Tests.Projections;
using AlgoStack.Testing;
using FluentAssertions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;

namespace AlgoStack.EventStore.Tests.Subscriptions;

public sealed class ShardControlTests(ServerFixture servers) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(30);

    private string _database = "";

    public async Task InitializeAsync() => _database = await servers.CreateSchemaDatabaseAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_projection_that_is_paused_stands_still_until_it_is_resumed_by_whichever_process()
    {
        await using var owner = await TestStore.StartAsync(_database, "paused", o => { o.Async<Applied>(); o.Subscribe<Told>(); });
        await owner.AppendAsync("a", new Deposited(1));
        await owner.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);
        await using var other = await TestStore.StartAsync(_database, "paused", o => { o.Async<Applied>(); o.Subscribe<Told>(); });

        await other.Daemon.PauseAsync("Applied", "the disk is being moved", "Ada");
        await Eventually.True(async () => (await owner.HealthAsync()).Status == HealthStatus.Degraded);
        (await owner.HealthAsync()).Entries["projections"].Description.Should().Be("Applied:All was paused by Ada: the disk is being moved");
        await owner.AppendAsync("a", new Deposited(2));
        await Eventually.Equal(2, () => owner.Service<Told>().Seen.Count);
        (await owner.ScalarAsync<long>("select max(version) from applied")).Should().Be(1);

        (await other.Daemon.ResumeAsync("Applied")).Should().BeTrue();
        await owner.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);
        (await owner.RowsAsync("select version from applied order by seq_id")).Should().Equal("1", "2");
        await Eventually.True(async () => (await owner.HealthAsync()).Status == HealthStatus.Healthy);
        (await other.Daemon.ResumeAsync("Applied")).Should().BeFalse();
    }

    [Fact]
    public async Task A_pause_outlasts_a_restart()
    {
        await using (var store = await TestStore.StartAsync(_database, "still_paused", o => o.Async<Applied>()))
        {
            await store.Daemon.PauseAsync("Applied", "", "Ada");
        }

        await using var again = await TestStore.StartAsync(_database, "still_paused", o => { o.Async<Applied>(); o.Subscribe<Told>(); });
        await again.AppendAsync("a", new Deposited(1));
        await Eventually.Equal(1, () => again.Service<Told>().Seen.Count);
        (await again.ScalarAsync<long>("select count(*) from applied")).Should().Be(0);

        await again.Daemon.ResumeAsync("Applied");
        await again.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);
        (await again.ScalarAsync<long>("select count(*) from applied")).Should().Be(1);
    }

    [Fact]
    public async Task Stopped_before_a_poison_event_it_goes_on_without_a_restart_when_resumed()
    {
        await using var store = await TestStore.StartAsync(_database, "resumed", o => o.Async<Applied>());
        var applied = store.Service<Applied>();
        applied.Poison = 3;
        await store.AppendAsync("a", new Deposited(1), new Deposited(2), new Deposited(3), new Deposited(4));
        await Eventually.Equal("Applied:All|poisoned|3", async () => (await store.RowsAsync("select name, state, seq_id from stopped_shards")).FirstOrDefault());

        // Resumed too early, it stops there again.
        await store.Daemon.ResumeAsync("Applied");
        await Eventually.Equal(1, async () => (await store.RowsAsync("select name from stopped_shards")).Count);
        (await store.ScalarAsync<long>("select max(version) from applied")).Should().Be(2);

        applied.Poison = null;
        (await store.Daemon.ResumeAsync("Applied")).Should().BeTrue();
        await store.Daemon.WaitForNonStaleProjectionDataAsync(CatchUp);

        (await store.RowsAsync("select version from applied order by seq_id")).Should().Equal("1", "2", "3", "4");
        await Eventually.True(async () => (await store.HealthAsync()).Status == HealthStatus.Healthy);
    }

    [Fact]
    public async Task Nothing_of_that_name_cannot_be_paused()
    {
        await using var store = await TestStore.StartAsync(_database, "nobody", o => { o.Async<Applied>(); o.Inline<Balances>(); });

        var pause = () => store.Daemon.PauseAsync("Balances", "", "Ada");

        await pause.Should().ThrowAsync<ArgumentException>().WithMessage("'Balances' is none of Applied.*");
    }
}
