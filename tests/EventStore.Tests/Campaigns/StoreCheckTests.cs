using AlgoStack.Campaigns.Histories;
using AlgoStack.Campaigns.Store;
using FluentAssertions;
using Xunit;

namespace AlgoStack.EventStore.Tests.Campaigns;

public sealed class StoreCheckTests
{
    private static readonly StoreSnapshot Clean = new(
        [
            new LoggedEntry(1, "x", 1, new Entry("a", 1, 2)),
            new LoggedEntry(2, "y", 1, new Entry("a", 2, 2)),
            new LoggedEntry(5, "x", 2, new Entry("inline-b", 1, 1, After: 1, Message: 7)),
        ],
        new Dictionary<string, long>(StringComparer.Ordinal) { ["x"] = 2, ["y"] = 1 },
        [1, 2],
        new Dictionary<string, StreamTally>(StringComparer.Ordinal) { ["x"] = new(2, 2), ["y"] = new(1, 1) },
        new Dictionary<string, StreamTally>(StringComparer.Ordinal) { ["x"] = new(1, 2) },
        new Dictionary<string, long>(StringComparer.Ordinal) { ["Ledger:All"] = 4, ["Tallies:All"] = 5 },
        [7],
        [7]);

    [Fact]
    public void A_store_that_holds_what_it_said_is_clean() => Check(Clean, ["a"], ["c"]).Should().BeEmpty();

    [Fact]
    public void A_session_that_was_saved_and_is_not_there_is_found() =>
        Check(Clean, ["a", "lost"], []).Should().Equal("session lost: told that it is saved, and lost");

    [Fact]
    public void A_session_that_was_refused_and_is_there_is_found() =>
        Check(Clean, [], ["a"]).Should().Equal("session a: told that it is refused, and there");

    [Fact]
    public void A_session_that_is_there_in_part_is_found() =>
        Check(Clean with { Log = [Clean.Log[0], Clean.Log[2]], StreamVersions = new Dictionary<string, long>(StringComparer.Ordinal) { ["x"] = 2 } }, [], [])
            .Should().Contain("session a: of 2 events the log holds 1");

    [Fact]
    public void A_gap_in_a_stream_is_found() =>
        Check(Clean with { Log = [.. Clean.Log.Take(2), Clean.Log[2] with { Version = 3 }] }, [], []).Should().Contain(
            "stream x: after version 1 comes 3 (sequence 5)",
            "stream x: its row says version 2, its events 3",
            "session inline-b: appended at version 3 of x, expected 2");

    [Theory]
    [InlineData(1, "ledger: 1 rows for 2 events; row 2 is missing, expected 2")]
    [InlineData(2, "ledger: 2 rows for 2 events; row 1 is 2, expected 1")]
    [InlineData(3, "ledger: 3 rows for 2 events; row 3 is 2, expected none")]
    public void A_row_that_is_lost_misplaced_or_doubled_is_found(int rows, string violation) =>
        Check(Clean with { Ledger = rows == 1 ? [1] : rows == 2 ? [2, 1] : [1, 2, 2] }, [], []).Should().Equal(violation);

    [Fact]
    public void An_event_counted_twice_is_found() =>
        Check(Clean with { Tallies = new Dictionary<string, StreamTally>(StringComparer.Ordinal) { ["x"] = new(3, 2), ["y"] = new(1, 1) } }, [], [])
            .Should().ContainSingle().Which.Should().StartWith("tallies: x has ");

    [Fact]
    public void A_message_that_took_effect_twice_is_found() =>
        Check(Clean with { Effects = [7, 7] }, [], []).Should().Equal("messages: 2 effects, 1 events");

    [Fact]
    public void Events_told_again_after_a_crash_are_in_order() => Told([1, 2], [1, 2, 5], [5]).Should().BeEmpty();

    [Fact]
    public void An_event_that_was_not_told_is_found() =>
        Told([1], [5]).Should().Equal("told: after 1 came 5, expected 2 or one told before");

    [Fact]
    public void An_end_that_was_not_told_is_found() => Told([1, 2]).Should().Equal("told: ended at 2, the log at 5");

    private static IEnumerable<string> Check(StoreSnapshot store, string[] saved, string[] refused) => StoreCheck.Of(store, saved, refused, "inline");

    private static IEnumerable<string> Told(params long[][] pages) => StoreCheck.Told(Clean.Log, pages.Select((p, i) => new Telling(i, p)));
}
