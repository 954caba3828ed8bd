using AlgoStack.Campaigns.Histories;
using AlgoStack.Campaigns.Store;
using FluentAssertions;
using Xunit;

namespace AlgoStack.EventStore.Tests.Campaigns;

/// <summary>A checker that finds nothing proves nothing, so it is shown each thing that it is to find.</summary>
public sealed class ListAppendTests
{
    [Fact]
    public void A_history_in_which_each_waits_for_the_other_is_clean()
    {
        var log = Lists("x: a b b c", "y: a c");

        ListAppend.Check(log, [Saved("a", 0, 1), Saved("b", 2, 3), Saved("c", 4, 5)], [Read("x", 1, 2, "a"), Read("x", 6, 7, "a", "b", "b", "c"), Read("z", 0, 9)])
            .Should().BeEmpty();
    }

    [Fact]
    public void A_read_of_what_was_rolled_back_is_found() =>
        ListAppend.Check(Lists("x: a b"), [], [Read("x", 0, 1, "a", "gone")]).Should().Equal("read of 2 of x: it is no prefix of the final list");

    [Fact]
    public void A_read_of_more_than_there_is_in_the_end_is_found() =>
        ListAppend.Check(Lists("x: a"), [], [Read("x", 0, 1, "a", "b")]).Should().Equal("read of 2 of x: the final list has 1");

    [Fact]
    public void A_read_of_half_a_session_is_found() =>
        ListAppend.Check(Lists("x: a b b"), [], [Read("x", 0, 1, "a", "b")]).Should().Contain("read of 2 of x: it ends inside session b");

    [Fact]
    public void A_read_that_misses_what_was_saved_before_it_is_found() =>
        ListAppend.Check(Lists("x: a b"), [Saved("b", 0, 1)], [Read("x", 2, 3, "a")])
            .Should().ContainSingle().Which.Should().StartWith("cycle: ").And.Contain("session b").And.Contain("read of 1 of x");

    [Fact]
    public void A_read_of_less_than_an_earlier_read_is_found() =>
        ListAppend.Check(Lists("x: a b"), [], [Read("x", 0, 1, "a", "b"), Read("x", 2, 3, "a")]).Should().ContainSingle().Which.Should().StartWith("cycle: ");

    [Fact]
    public void Sessions_that_each_came_before_the_other_are_found() =>
        ListAppend.Check(Lists("x: a b", "y: b a"), [], []).Should().ContainSingle().Which.Should().StartWith("cycle: session ");

    [Fact]
    public void A_session_that_is_before_one_that_had_ended_is_found() =>
        ListAppend.Check(Lists("x: b a"), [Saved("a", 0, 1), Saved("b", 2, 3)], []).Should().ContainSingle().Which.Should().StartWith("cycle: ");

    [Fact]
    public void A_session_of_which_nobody_knows_when_it_ended_may_be_anywhere() =>
        ListAppend.Check(Lists("x: b a"), [Saved("a", 0, 1)], [Read("x", 2, 3, "b", "a")]).Should().BeEmpty();

    private static IEnumerable<LoggedEntry> Lists(params string[] lists) => lists.SelectMany(list =>
        list[3..].Split(' ').Select((session, i) => new LoggedEntry(0, list[..1], i + 1, new Entry(session, 1, 1))));

    private static KeyValuePair<string, Interval> Saved(string session, long invoked, long completed) => new(session, new Interval(invoked, completed));

    private static ListRead Read(string stream, long invoked, long completed, params string[] elements) =>
        new(stream, new Interval(invoked, completed), elements.Length, elements.Aggregate(ListHash.Empty, (h, e) => h.With(e)), null);
}
