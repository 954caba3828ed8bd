using System.Net.Http.Json;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Ingestion.Tests.Running;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Ingestion.Tests;

public sealed class TapeTests(IngestionFixture fixture) : IClassFixture<IngestionFixture>, IDisposable
{
    private readonly Csv _csv = new();

    [Fact]
    public async Task A_month_between_two_that_the_tape_has_is_made_too()
    {
        static string Day(string symbol, string month) => $"1990-{month}-15T14:30:00Z,{symbol},1,1,1,1,1";
        await ReplayAsync("ends.csv", [Day("ENDS", "01"), Day("ENDS", "03")]);

        var status = await ReplayAsync("between.csv", [Day("BTWN", "01"), Day("BTWN", "02"), Day("BTWN", "03")]);

        status.State.Should().Be("completed", status.Error);
        status.BarsAccepted.Should().Be(3);
    }

    [Fact]
    public async Task The_same_file_twice_is_two_sessions_and_one_tape()
    {
        var file = _csv.Write("same.csv", [Csv.Header, .. Csv.Minutes("SAME1", 0, 5_000), .. Csv.Minutes("SAME2", 0, 3_000)]);

        var first = await fixture.Ingestion.ReplayAsync(new StartReplay(file, "max"));
        var second = await fixture.Ingestion.ReplayAsync(new StartReplay(file, "max"));

        second.SessionId.Should().NotBe(first.SessionId);
        (first.BarsAccepted, second.BarsAccepted).Should().Be((8_000, 8_000));
        (await RowsAsync("SAME")).Should().Be(8_000);
        (await fixture.Ingestion.BarsAsync(second.SessionId)).Should().BeEquivalentTo(
            await fixture.Ingestion.BarsAsync(first.SessionId), o => o.WithStrictOrdering());
        await SameAsAnnouncedAsync(second);
    }

    [Fact]
    public async Task A_changed_bar_is_a_later_revision_and_older_sessions_keep_theirs()
    {
        string[] rows = [.. Csv.Minutes("REV", 0, 100)];
        var first = await ReplayAsync("rev1.csv", rows);
        rows[50] = rows[50].Replace(",1050", ",77", StringComparison.Ordinal);
        var second = await ReplayAsync("rev2.csv", rows);

        (await RowsAsync("REV")).Should().Be(101);
        await SameAsAnnouncedAsync(first);
        await SameAsAnnouncedAsync(second);
        (await fixture.Ingestion.BarsAsync(first.SessionId))[0].Volume[50].Should().Be(1_050);
        (await fixture.Ingestion.BarsAsync(second.SessionId))[0].Volume[50].Should().Be(77);
        var history = await fixture.Ingestion.Http.GetFromJsonAsync<BarColumns>("/history?instrument=REV.SIM&timeframe=1m&limit=100");
        history!.Volume[50].Should().Be(77);
    }

    [Fact]
    public async Task Sessions_that_overlap_each_read_back_as_announced()
    {
        var inner = await ReplayAsync("over1.csv", [.. Csv.Minutes("OVER", 1_000, 3_000), .. Csv.Minutes("OVER2", 500, 2_500)]);
        string[] sparse = [.. Csv.Minutes("OVER", 0, 6_000).Where((_, i) => i % 3 != 0), .. Csv.Minutes("OVER2", 0, 4_000, shift: 1)];
        var outer = await fixture.Ingestion.ReplayAsync(new StartReplay(_csv.Write("over2.csv", [Csv.Header, .. sparse]), "max", Timeframe: "1m"));
        var again = await ReplayAsync("over3.csv", [.. Csv.Minutes("OVER", 1_000, 3_000), .. Csv.Minutes("OVER2", 500, 2_500)]);

        foreach (var session in (SessionStatus[])[inner, outer, again])
        {
            session.State.Should().Be("completed", session.Error);
            await SameAsAnnouncedAsync(session);
        }

        (await fixture.ScalarAsync<long>($"select count(*) from batches where session_id = '{outer.SessionId}' and copy is not null")).Should().BePositive();
        (await fixture.ScalarAsync<long>($"select count(*) from batches where session_id = '{inner.SessionId}' and copy is not null")).Should().Be(0);
    }

    [Fact]
    public async Task The_ledger_agrees_with_the_tape()
    {
        await ReplayAsync("ledger1.csv", [.. Csv.Minutes("LEDG", 0, 4_000)]);
        await ReplayAsync("ledger2.csv", [.. Csv.Minutes("LEDG", 2_000, 4_000, shift: 0.5)]);

        (await fixture.ScalarAsync<long>(
            """
            select count(*) from (
                select l.bars, l.first_at, l.last_at, count(distinct b.closed_at), min(b.closed_at), max(b.closed_at)
                from ledger l join instruments i on i.id = l.instrument and i.name = 'LEDG.SIM'
                left join bars b on b.instrument = l.instrument and b.timeframe_s = l.timeframe_s
                    and (b.closed_at at time zone 'utc')::date = l.day
                group by l.instrument, l.timeframe_s, l.day, l.bars, l.first_at, l.last_at
                having l.bars <> count(distinct b.closed_at) or l.first_at <> min(b.closed_at) or l.last_at <> max(b.closed_at)) wrong
            """)).Should().Be(0);
        (await fixture.ScalarAsync<long>("select sum(bars) from ledger l join instruments i on i.id = l.instrument and i.name = 'LEDG.SIM'"))
            .Should().Be(6_000);
    }

    [Fact]
    public async Task History_comes_as_json_and_in_binary()
    {
        await ReplayAsync("hist.csv", [.. Csv.Minutes("HIST", 0, 50)]);

        var json = await fixture.Ingestion.Http.GetFromJsonAsync<BarColumns>(
            "/history?instrument=HIST.SIM&timeframe=1m&from=2024-01-02T14:41:00Z&to=2024-01-02T14:50:00Z");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/history?instrument=HIST.SIM&timeframe=1m&limit=10");
        request.Headers.Accept.ParseAdd(BarColumns.MediaType);
        using var response = await fixture.Ingestion.Http.SendAsync(request);
        var binary = await BarColumns.ReadAsync(await response.Content.ReadAsStreamAsync());

        json!.Count.Should().Be(10);
        json.CloseMs.Should().BeInAscendingOrder();
        binary!.Count.Should().Be(10);
        binary.Volume.Should().Equal(Enumerable.Range(1_040, 10).Select(v => (double)v));
    }

    [Fact]
    public async Task An_instrument_names_the_timeframes_that_it_has_bars_in()
    {
        await ReplayAsync("frames.csv", [.. Csv.Minutes("FRAMES", 0, 3_000)]);
        await ReplayAsync("frames-again.csv", [.. Csv.Minutes("FRAMES", 2_990, 20, shift: 1)]);
        await ReplayAsync("frames-days.csv", [.. Enumerable.Range(1, 5).Select(day => $"2023-05-{day:00}T00:00:00Z,FRAMES,1,1,1,1,1")]);

        var open = new DateTimeOffset(2024, 1, 2, 14, 30, 0, TimeSpan.Zero);
        (await fixture.Ingestion.Http.GetFromJsonAsync<StoredBars[]>("/instruments/timeframes?instrument=FRAMES.SIM")).Should().Equal(
            new StoredBars("1m", 3_010, open.AddMinutes(1), open.AddMinutes(3_010)),
            new StoredBars("1d", 5, new DateTimeOffset(2023, 5, 2, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2023, 5, 6, 0, 0, 0, TimeSpan.Zero)));
    }

    [Theory]
    [InlineData("?instrument=NONE.SIM", System.Net.HttpStatusCode.NotFound)]
    [InlineData("?instrument=%00", System.Net.HttpStatusCode.BadRequest)]
    [InlineData("", System.Net.HttpStatusCode.BadRequest)]
    public async Task An_instrument_that_is_not_known_has_no_timeframes(string query, System.Net.HttpStatusCode status)
    {
        using var response = await fixture.Ingestion.Http.GetAsync($"/instruments/timeframes{query}");

        response.StatusCode.Should().Be(status);
    }

    public void Dispose() => _csv.Dispose();

    private async Task<SessionStatus> ReplayAsync(string name, string[] rows) =>
        await fixture.Ingestion.ReplayAsync(new StartReplay(_csv.Write(name, [Csv.Header, .. rows]), "max"));

    private Task<long> RowsAsync(string symbol) => fixture.ScalarAsync<long>(
        $"select count(*) from bars b join instruments i on i.id = b.instrument where i.name like '{symbol}%.SIM'");

    private async Task SameAsAnnouncedAsync(SessionStatus session)
    {
        await Eventually.Equal(session.LastSequence, () => (long)fixture.Listener.Of(session.SessionId).Count);
        var announced = fixture.Listener.Of(session.SessionId);
        announced.Select(b => b.Sequence).Should().Equal(Enumerable.Range(1, announced.Count).Select(s => (long)s));
        (await fixture.Ingestion.BarsAsync(session.SessionId)).Should().BeEquivalentTo(announced.Select(b => b.Bars), o => o.WithStrictOrdering());
    }
}
