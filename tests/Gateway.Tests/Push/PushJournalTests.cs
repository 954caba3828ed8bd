using System.Text;
using System.Text.Json;
using AlgoStack.Gateway.Push;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Gateway.Tests.Push;

public sealed class PushJournalTests
{
    private readonly SettableClock _clock = new();
    private readonly PushJournal _journal;

    public PushJournalTests() => _journal = new PushJournal(_clock);

    [Fact]
    public void It_holds_so_many_events_and_bytes_and_no_more()
    {
        _journal.Begin(PushKinds.Fills);
        for (var i = 0; i < 100; i++) _journal.Append([.. Enumerable.Range(0, 1_000).Select(_ => Fill(new string('a', 10)))]);

        _journal.Reaches(_journal.Last - PushJournal.MostEvents).Should().BeTrue();
        _journal.Reaches(_journal.Last - PushJournal.MostEvents - 1).Should().BeFalse();

        for (var i = 0; i < 100; i++) _journal.Append([.. Enumerable.Range(0, 100).Select(_ => Fill(new string('a', 10_000)))]);

        _journal.Bytes.Should().BeInRange(PushJournal.MostBytes - 20_000, PushJournal.MostBytes);
        _journal.Reaches(_journal.Last - 3_000).Should().BeTrue();
        _journal.Reaches(_journal.Last - 3_500).Should().BeFalse();
    }

    [Fact]
    public void One_event_that_is_larger_than_all_is_held_alone()
    {
        _journal.Begin(PushKinds.Fills);

        _journal.Append([Fill("small"), Fill(new string('a', PushJournal.MostBytes)), Fill("next")]);

        Read(_journal.Last - 1).Should().ContainSingle();
        _journal.Reaches(_journal.Last - 2).Should().BeFalse();
    }

    [Fact]
    public void What_is_read_has_every_number_once_and_in_order()
    {
        var from = _journal.Begin(PushKinds.Fills);
        _journal.Append([.. Enumerable.Range(0, 5_000).Select(i => Fill($"{i}"))]);

        var read = Read(from);

        read.Select(e => e.Sequence).Should().Equal(Enumerable.Range(1, 5_000).Select(i => from + i));
        foreach (var pushed in read)
        {
            var json = JsonDocument.Parse(pushed.Json).RootElement;
            json.GetProperty("sequence").GetInt64().Should().Be(pushed.Sequence);
            json.GetProperty("data").GetString().Should().Be($"{pushed.Sequence - from - 1}");
        }
    }

    [Fact]
    public void Of_prices_of_one_instrument_and_session_the_newest_is_read_and_of_nothing_else_is_any_left_out()
    {
        var from = _journal.Begin(PushKinds.Prices | PushKinds.Fills);
        _journal.Append([Price("A", 1), Fill("x"), Price("B", 2), Price("A", 3), Fill("x")]);

        Read(from).Select(e => e.Sequence - from).Should().Equal(2, 3, 4, 5);

        _journal.Append([Price("B", 4)]);
        Read(from).Select(e => e.Sequence - from).Should().Equal(2, 4, 5, 6);
    }

    [Fact]
    public void What_nobody_wants_is_not_held_and_a_reset_stands_where_it_begins_again()
    {
        _journal.Append([Fill("unwanted")]).Should().BeEmpty();
        var from = _journal.Begin(PushKinds.Fills);
        _journal.Append([Fill("one")]);
        _clock.SetAhead(PushJournal.KeptUnwanted - TimeSpan.FromSeconds(1));
        _journal.Keep(PushKinds.None);
        _journal.Append([Fill("while away")]).Should().ContainSingle();
        _clock.SetAhead(PushJournal.KeptUnwanted + TimeSpan.FromSeconds(1));
        _journal.Keep(PushKinds.None);
        _journal.Append([Fill("unwanted")]).Should().BeEmpty();

        var again = _journal.Begin(PushKinds.Fills | PushKinds.Orders);

        _journal.Begin(PushKinds.Fills).Should().Be(again, "it has begun already");
        var read = Read(from);
        read.Should().HaveCount(3);
        var reset = JsonDocument.Parse(read[^1].Json).RootElement;
        reset.GetProperty("type").GetString().Should().Be("reset");
        reset.GetProperty("sequence").GetInt64().Should().Be(again);
        reset.GetProperty("epoch").GetString().Should().Be(_journal.Epoch);
        reset.GetProperty("kinds").EnumerateArray().Select(k => k.GetString()).Should().Equal("orders", "fills");
    }

    [Fact]
    public void What_is_wanted_goes_on_however_long()
    {
        _journal.Begin(PushKinds.Fills);
        _clock.SetAhead(TimeSpan.FromHours(1));
        _journal.Keep(PushKinds.Fills);

        _journal.Records(PushKinds.Fills).Should().BeTrue();
    }

    [Fact]
    public void Reading_and_writing_at_once_loses_nothing()
    {
        var from = _journal.Begin(PushKinds.Fills);
        const int Events = 12_000;
        var writing = new Thread(() =>
        {
            for (var i = 0; i < Events; i++) _journal.Append([Fill($"{i}")]);
        });
        writing.Start();
        var (read, next) = (new List<long>(), from);
        var into = new PushEvent[64];
        while (next < from + Events)
        {
            _journal.TryRead(next, into, 1_000_000, out var count, out next).Should().BeTrue();
            read.AddRange(into[..count].Select(e => e.Sequence));
        }

        writing.Join();
        read.Should().Equal(Enumerable.Range(1, Events).Select(i => from + i));
    }

    private static PushDraft Fill(string text) => PushDraft.Event(PushKinds.Fills, Encoding.UTF8.GetBytes($"\"{text}\""), "A");

    private static PushDraft Price(string instrument, int price) => PushDraft.Event(PushKinds.Prices, Encoding.UTF8.GetBytes($"{price}"), instrument, priceOf: instrument);

    private List<PushEvent> Read(long after)
    {
        var (read, next, count) = (new List<PushEvent>(), after, 1);
        var into = new PushEvent[100];
        while (count > 0)
        {
            _journal.TryRead(next, into, 1_000_000, out count, out next).Should().BeTrue();
            read.AddRange(into[..count]);
        }

        return read;
    }
}
