using AlgoStack.Contracts.MarketData;
using AlgoStack.Ingestion.Tests.Running;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Ingestion.Tests;

public sealed class CrashTests(IngestionFixture fixture) : IClassFixture<IngestionFixture>, IDisposable
{
    private readonly Csv _csv = new();

    [Fact]
    public async Task Connections_killed_all_through_a_replay_lose_nothing_and_double_nothing()
    {
        var session = await fixture.Ingestion.StartReplayAsync(new StartReplay(
            _csv.Write("kill.csv", [Csv.Header, .. Csv.Minutes("KILL", 0, 40_000), .. Csv.Minutes("KILL2", 0, 40_000)]), "max"));

        for (var i = 1; i <= 15; i++)
        {
            // Spread over the session, which is ten batches long.
            await Eventually.True(async () =>
                await fixture.ScalarAsync<long>($"select last_sequence from sessions where session_id = '{session.SessionId}'") >= i * 9 / 15);
            await fixture.ScalarAsync<long>(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()");
        }

        await WholeAsync(await fixture.Ingestion.EndAsync(session.SessionId), 80_000);
    }

    [Fact]
    public async Task A_service_restarted_in_the_middle_goes_on_where_its_journal_ends()
    {
        var session = await fixture.Ingestion.StartReplayAsync(
            new StartReplay(_csv.Write("restart.csv", [Csv.Header, .. Csv.Minutes("RST", 0, 120), "soon,RST,1,1,1,1,1"]), "1000x"));

        for (var restart = 1; restart <= 3; restart++)
        {
            await Eventually.True(async () => (await fixture.Ingestion.StatusAsync(session.SessionId)).LastSequence >= restart * 20);
            await fixture.RestartAsync();
        }

        var status = await fixture.Ingestion.EndAsync(session.SessionId);
        status.Quarantined.Should().ContainSingle().Which.Should().Be(new KeyValuePair<string, long>("bad_time", 1));
        status.LastSequence.Should().Be(120);
        await WholeAsync(status, 120);
    }

    [Fact]
    public async Task A_file_changed_in_the_middle_ends_the_session()
    {
        string[] rows = [Csv.Header, .. Csv.Minutes("CHG", 0, 2_000)];
        var session = await fixture.Ingestion.StartReplayAsync(new StartReplay(_csv.Write("changed.csv", rows)));
        await Eventually.True(async () => (await fixture.Ingestion.StatusAsync(session.SessionId)).LastSequence > 3);

        _csv.Write("changed.csv", [.. rows[..^1], "2024-01-09T14:30:00Z,CHG,1,1,1,1,1"]);
        await fixture.RestartAsync();

        var status = await fixture.Ingestion.EndAsync(session.SessionId);
        status.State.Should().Be("failed");
        status.Error.Should().Contain("changed.csv").And.Contain("changed since");
    }

    public void Dispose() => _csv.Dispose();

    private async Task WholeAsync(SessionStatus status, int bars)
    {
        status.State.Should().Be("completed", status.Error);
        status.BarsAccepted.Should().Be(bars);
        await Eventually.True(() => fixture.Listener.Of(status.SessionId).Any(b => b.EndOfSession));
        var batches = fixture.Listener.Of(status.SessionId).DistinctBy(b => b.Sequence).ToList();
        batches.Select(b => b.Sequence).Should().Equal(Enumerable.Range(1, (int)status.LastSequence).Select(s => (long)s));
        batches.Sum(b => b.Bars.Count).Should().Be(bars);
        (await fixture.Ingestion.BarsAsync(status.SessionId)).Should().BeEquivalentTo(batches.Select(b => b.Bars), o => o.WithStrictOrdering());
        (await fixture.ScalarAsync<long>(
            $"select count(*) from (select 1 from bars group by instrument, timeframe_s, closed_at having count(*) > 1) twice")).Should().Be(0);
    }
}
