using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.SystemTests;

[Collection(SystemCollection.Name)]
public sealed class LiveMatchesBacktest(RunningSystem system)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    private static readonly string File = Path.Combine(Repository.Root, "data", "sp500-2000", "sp500-2000.csv");

    [Fact]
    public async Task A_replay_trades_as_its_backtest_until_one_bar_of_the_tape_is_altered()
    {
        var session = await system.StartReplayAsync(File, "max");
        var outcome = await system.EndAsync(session, Timeout);

        outcome.Session.BarsAccepted.Should().Be(System.IO.File.ReadLines(File).LongCount() - 1);
        outcome.Routing.Fills.Should().BePositive();
        outcome.Alerting.Delivered.Should().BePositive();
        var whole = await system.ParityAsync(session);
        whole.FirstDifference.Should().BeNull();
        whole.Score.Should().Be(1);
        (whole.SignalsEqual, whole.SignalsLive, whole.SignalsBacktest).Should().Be((outcome.Routing.Signals, outcome.Routing.Signals, outcome.Routing.Signals));
        (whole.IntentsEqual, whole.IntentsLive, whole.IntentsBacktest).Should().Be((outcome.Routing.Intents, outcome.Routing.Intents, outcome.Routing.Intents));
        whole.SignalsLive.Should().BePositive();
        whole.IntentsLive.Should().BePositive();
        whole.OrderListHashBacktest.Should().Be(whole.OrderListHashLive);

        // Twice and half are exact, so that the tape is again what it was for the tests that follow.
        await AlterAsync("close * 2");
        var fallen = await system.ParityAsync(session);
        await AlterAsync("close / 2");

        fallen.Score.Should().BePositive().And.BeLessThan(1);
        fallen.FirstDifference.Should().NotBeNullOrEmpty();
    }

    [Fact]
    public async Task A_file_run_twice_is_traded_twice_on_two_accounts_and_the_tape_does_not_grow()
    {
        const string Tape = "select count(*) from ingestion.bars";
        var first = await system.EndAsync(await system.StartReplayAsync(File, "max"), Timeout);
        var tape = await system.ScalarAsync<long>(Tape);

        var second = await system.EndAsync(await system.StartReplayAsync(File, "max"), Timeout);

        (await system.ScalarAsync<long>(Tape)).Should().Be(tape);
        second.Routing.Account.Should().NotBe(first.Routing.Account);
        second.Totals.Should().Be(first.Totals);
    }

    private async Task AlterAsync(string close) => (await system.ScalarAsync<int>(
        $"""
        with index as (select id from ingestion.instruments where name = 'SP500-2000.SIM')
        update ingestion.bars set close = {close}
        where instrument = (select id from index) and closed_at = (
            select percentile_disc(0.5) within group (order by closed_at) from ingestion.bars where instrument = (select id from index))
        returning 1
        """)).Should().Be(1);
}
