using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Ingestion.Tests.Running;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Ingestion.Tests;

public sealed class BadInputTests(IngestionFixture fixture) : IClassFixture<IngestionFixture>, IDisposable
{
    private readonly Csv _csv = new();

    [Fact]
    public async Task A_missing_file_is_a_problem_at_once() =>
        await RefusedAsync(new StartReplay(_csv.PathOf("nowhere.csv")), "file_not_found", "nowhere.csv");

    [Fact]
    public async Task An_empty_file_is_a_problem_at_once() =>
        await RefusedAsync(new StartReplay(_csv.WriteBytes("empty.csv", [])), "file_empty", "empty.csv");

    [Fact]
    public async Task Wrong_columns_are_a_problem_that_names_them() =>
        await RefusedAsync(new StartReplay(_csv.Write("quotes.csv", "timestamp,bid,ask", "1,2,3")), "columns_missing", "open, high, low, close");

    [Fact]
    public async Task What_is_called_gzip_and_is_none_is_a_problem_at_once() =>
        await RefusedAsync(new StartReplay(_csv.Write("bars.csv.gz", Csv.Header)), "gzip_broken", "bars.csv.gz");

    [Fact]
    public async Task A_speed_that_is_none_is_a_problem_at_once() =>
        await RefusedAsync(new StartReplay(_csv.Write("bars.csv", [Csv.Header, .. Csv.Minutes("A", 0, 3)]), "warp"), "speed_invalid", "warp");

    [Fact]
    public async Task A_file_without_a_usable_row_fails_and_says_why()
    {
        var status = await fixture.Ingestion.ReplayAsync(new StartReplay(_csv.Write("bad.csv", Csv.Header, "2024-01-02T14:30:00Z,A,1,0.5,2,1,1"), "max"));

        status.State.Should().Be("failed");
        status.Error.Should().Contain("bad.csv").And.Contain("line 2").And.Contain("impossible_ohlc");
        status.Quarantined.Should().Contain("impossible_ohlc", 1);
    }

    [Fact]
    public async Task Bad_rows_are_quarantined_by_reason_and_the_good_ones_announced()
    {
        var status = await fixture.Ingestion.ReplayAsync(new StartReplay(
            _csv.Write(
                "mixed.csv",
                [
                    Csv.Header, .. Csv.Minutes("MIX", 0, 10), "2024-01-02T14:40:00Z,MIX,1,0.5,2,1,1", "2024-01-02T14:40:00Z,MIX,nan,1,1,1,1",
                    "2024-01-02T14:31:00Z,MIX,1,1,1,1,1", "2999-01-01T00:00:00Z,MIX,1,1,1,1,1", .. Csv.Minutes("MIX", 9, 11),
                ]),
            "max"));

        status.State.Should().Be("completed", status.Error);
        status.BarsRead.Should().Be(25);
        status.BarsAccepted.Should().Be(20);
        status.Duplicates.Should().Be(1);
        status.Quarantined.OrderBy(q => q.Key, StringComparer.Ordinal).Select(q => (q.Key, q.Value)).Should().Equal(
            ("conflicting_duplicate", 1), ("future_time", 1), ("impossible_ohlc", 1), ("not_a_number", 1));
        (await fixture.ScalarAsync<string>(
            $"select string_agg(line || ' ' || reason, ', ' order by line) from quarantine where session_id = '{status.SessionId}'"))
            .Should().Be("12 impossible_ohlc, 13 not_a_number, 14 conflicting_duplicate, 15 future_time");
    }

    [Fact]
    public async Task Of_a_broken_gzip_what_came_before_is_on_the_tape()
    {
        var whole = Csv.Gzip([Csv.Header, .. Csv.Minutes("BRK", 0, 50_000)]);

        var status = await fixture.Ingestion.ReplayAsync(new StartReplay(_csv.WriteBytes("cut.csv.gz", whole[..(whole.Length / 2)]), "max"));

        status.State.Should().Be("failed");
        status.Error.Should().Contain("cut.csv.gz").And.Contain("gzip").And.Contain("line");
        status.BarsAccepted.Should().BePositive();
        (await fixture.ScalarAsync<long>("select count(*) from bars b join instruments i on i.id = b.instrument where i.name = 'BRK.SIM'"))
            .Should().Be(status.BarsAccepted);
        await Eventually.True(() => fixture.Listener.Of(status.SessionId).Any(b => b.EndOfSession));
    }

    [Fact]
    public async Task What_is_not_there_is_a_problem_with_a_code()
    {
        (string, string)[] cases =
            [("/sessions/none", "session_unknown"), ("/sessions/none/batches/1", "batch_unknown"), ("/history?instrument=NO.SIM", "instrument_unknown")];
        foreach (var (path, code) in cases)
        {
            using var response = await fixture.Ingestion.Http.GetAsync(path);
            response.StatusCode.Should().Be(HttpStatusCode.NotFound);
            (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().Should().Be(code);
        }
    }

    public void Dispose() => _csv.Dispose();

    private async Task RefusedAsync(StartReplay replay, string code, string named)
    {
        using var response = await fixture.Ingestion.Http.PostAsJsonAsync("/replays", replay);

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("code").GetString().Should().Be(code);
        problem.GetProperty("detail").GetString().Should().Contain(named);
    }
}
