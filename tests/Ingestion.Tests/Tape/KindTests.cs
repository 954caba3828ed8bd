using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Ingestion.Tests.Running;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Ingestion.Tests.Tape;

public sealed class KindTests(IngestionFixture fixture) : IClassFixture<IngestionFixture>, IDisposable
{
    private const string TradeHeader = "timestamp,symbol,price,size,side,trade_id";
    private const string PlainTradeHeader = "timestamp,symbol,price,size,exchange";

    private readonly Csv _csv = new();

    public static TheoryData<string, string, string[]> Files { get; } = new()
    {
        { "trades", "trades", ["timestamp,symbol,price,size,exchange", .. Rows("2024-03-01T10:00:0{0}.25Z,TWICE,10{0},5,Q")] },
        { "quotes", "quotes", ["timestamp,symbol,bid,bid_size,ask,ask_size", .. Rows("2024-03-01T10:00:0{0}Z,TWICE,9{0},1,10{0},2")] },
        { "chain", "chains", ["date,underlying,expiry,strike,right,bid,ask,open_interest,implied_volatility", .. Rows("2024-03-01,TWICE,2024-06-21,10{0},C,1.5,1.75,1{0},")] },
        { "series", "observations", ["date,series,value,realtime_start", .. Rows("201{0}-01-01,TWICE,1.{0},2023-06-0{0}")] },
        { "bars", "bars", [Csv.Header, .. Csv.Minutes("TWICE", 0, 9)] },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public async Task The_same_file_twice_changes_nothing(string kind, string table, string[] lines)
    {
        var file = _csv.Write($"{kind}.csv", lines);

        var first = await ImportAsync(file, kind);
        var before = await ContentAsync(table);
        var second = await ImportAsync(file, kind);

        (first.BarsRead, first.BarsAccepted, first.RowsAdded, first.DataKind).Should().Be((9, 9, 9, kind));
        (second.BarsRead, second.BarsAccepted, second.RowsAdded).Should().Be((9, 9, 0));
        (await ContentAsync(table)).Should().Be(before);
    }

    [Fact]
    public async Task A_corrected_row_is_a_later_revision_and_what_was_known_before_can_be_read()
    {
        await ImportAsync(Trades("first.csv", "2024-03-01T10:00:00Z,FIX,10,1,buy,7", "2024-03-01T10:00:01Z,FIX,11,1,sell,8"), "trades");
        var revision = await fixture.ScalarAsync<long>("select max(revision) from writes");
        var at = await fixture.ScalarAsync<DateTime>("select max(written_at) at time zone 'utc' from writes");
        var corrected = await ImportAsync(Trades("second.csv", "2024-03-01T10:00:00Z,FIX,10.5,1,buy,7", "2024-03-01T10:00:01Z,FIX,11,1,sell,8"), "trades");

        corrected.RowsAdded.Should().Be(1);
        (await HistoryAsync("trades", "instrument=FIX.SIM"))["price"].Numbers.Should().Equal(10.5, 11);
        (await HistoryAsync("trades", $"instrument=FIX.SIM&revision={revision}"))["price"].Numbers.Should().Equal(10, 11);
        (await HistoryAsync("trades", $"instrument=FIX.SIM&asOf={at:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}"))["price"].Numbers.Should().Equal(10, 11);
        (await HistoryAsync("trades", "instrument=FIX.SIM&asOf=2020-01-01T00:00:00Z")).Count.Should().Be(0);
    }

    [Fact]
    public async Task A_correction_of_a_correction_back_to_the_first_is_what_counts()
    {
        foreach (var price in (double[])[10, 11, 10]) await ImportAsync(Trades("back.csv", $"2024-03-01T10:00:00Z,BACK,{price},1,buy,7"), "trades");

        (await HistoryAsync("trades", "instrument=BACK.SIM"))["price"].Numbers.Should().Equal(10);
        (await RowsAsync("trades", "BACK")).Should().Be(3);
    }

    [Fact]
    public async Task A_series_is_read_as_its_publisher_knew_it()
    {
        await ImportAsync(
            _csv.Write(
                "gdp.csv", "date,series,value,realtime_start", "2023-01-01,GDP,26000,2023-04-27", "2023-01-01,GDP,26150,2023-06-29", "2023-04-01,GDP,27000,2023-07-27",
                "2023-07-01,GDP,.,2023-10-26", "2022-10-01,GDP,25000,"),
            "series");

        (await HistoryAsync("series", "series=GDP"))["value"].Numbers.Should().Equal(25_000, 26_150, 27_000, double.NaN);
        (await HistoryAsync("series", "series=GDP&knownBy=2023-05-01"))["value"].Numbers.Should().Equal([26_000], "it is not known since when the one of 2022 is");
        var all = await HistoryAsync("series", "series=GDP&vintages=all");
        all["value"].Numbers.Should().Equal(25_000, 26_000, 26_150, 27_000, double.NaN);
        all["known_from"].Words.Should().Equal(null, "2023-04-27", "2023-06-29", "2023-07-27", "2023-10-26");
    }

    [Fact]
    public async Task A_row_twice_in_a_file_counts_once_and_another_row_of_its_key_is_kept_out()
    {
        var status = await ImportAsync(
            Trades("twice.csv", "2024-03-01T10:00:01Z,DUP,11,1,buy,2", "2024-03-01T10:00:00Z,DUP,10,1,buy,1", "2024-03-01T10:00:00Z,DUP,10,1,buy,1", "2024-03-01T10:00:00Z,DUP,12,1,buy,1"),
            "trades");

        (status.BarsAccepted, status.Duplicates, status.RowsAdded).Should().Be((2, 1, 2));
        status.Quarantined.Should().ContainSingle().Which.Should().Be(new KeyValuePair<string, long>("conflicting_duplicate", 1));
        (await HistoryAsync("trades", "instrument=DUP.SIM"))["price"].Numbers.Should().Equal(10, 11);
    }

    [Fact]
    public async Task Rows_without_an_id_are_told_apart_by_their_place_in_their_instant()
    {
        var file = _csv.Write(
            "plain.csv", PlainTradeHeader, "2024-03-01T10:00:00Z,PLACE,10,1,Q", "2024-03-01T10:00:00Z,PLACE,10,1,Q", "2024-03-01T10:00:00Z,PLACE,9,1,P",
            "2024-03-01T10:00:01Z,PLACE,10,1,Q", "2024-03-01T10:00:00Z,PLACE,10,1,Q");

        var status = await ImportAsync(file, "trades");

        status.BarsAccepted.Should().Be(4, "two equal prints of one instant are two prints");
        status.Quarantined.Should().ContainSingle().Which.Should().Be(new KeyValuePair<string, long>("out_of_order", 1));
        (await ImportAsync(file, "trades")).RowsAdded.Should().Be(0);
        var history = await HistoryAsync("trades", "instrument=PLACE.SIM");
        history["place"].Integers.Should().Equal(0, 1, 2, 0);
        history["price"].Numbers.Should().Equal(10, 10, 9, 10);
    }

    [Fact]
    public async Task Files_that_overlap_make_one_history_whatever_their_order()
    {
        string[] rows = [.. Enumerable.Range(0, 300).Select(i => $"2024-03-0{1 + i / 100}T10:{i % 60:00}:{i % 7:00}.{i:000}Z,{{0}},{100 + i},1,buy,{i}")];
        string[] Of(string symbol, int from, int count) => [.. rows[from..(from + count)].Select(row => string.Format(System.Globalization.CultureInfo.InvariantCulture, row, symbol))];

        foreach (var (from, count) in ((int, int)[])[(100, 150), (0, 120), (240, 60), (50, 200)]) await ImportAsync(Trades("a.csv", Of("OVA", from, count)), "trades");
        foreach (var (from, count) in ((int, int)[])[(50, 200), (240, 60), (0, 120), (100, 150)]) await ImportAsync(Trades("b.csv", [.. Of("OVB", from, count).Reverse()]), "trades");

        var (a, b) = (await HistoryAsync("trades", "instrument=OVA.SIM"), await HistoryAsync("trades", "instrument=OVB.SIM"));
        a.Count.Should().Be(300);
        a.AtUs.Should().BeInAscendingOrder().And.Equal(b.AtUs);
        a["price"].Numbers.Should().Equal(b["price"].Numbers);
        ((await RowsAsync("trades", "OVA")), (await RowsAsync("trades", "OVB"))).Should().Be((300, 300));
    }

    [Fact]
    public async Task Imports_side_by_side_add_each_row_once()
    {
        string Part(int part) => Trades($"part{part}.csv", [.. Enumerable.Range(part * 1_000, 4_000).Select(i => $"2024-03-01T{i / 1_000:00}:00:00.{i % 1_000:000}Z,SIDE,{100 + i},1,buy,{i}")]);

        var all = await Task.WhenAll(Enumerable.Range(0, 6).Select(part => ImportAsync(Part(part), "trades")));

        all.Sum(status => status.RowsAdded).Should().Be(9_000);
        (await RowsAsync("trades", "SIDE")).Should().Be(9_000);
        (await HistoryAsync("trades", "instrument=SIDE.SIM&limit=100000"))["trade_id"].Words.Should().Equal(
            Enumerable.Range(0, 9_000).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Months_meet_to_the_microsecond()
    {
        await ImportAsync(Trades("months.csv", "2024-01-31T23:59:59.999999Z,EDGE,1,1,buy,1", "2024-02-01T00:00:00Z,EDGE,2,1,buy,2", "1969-12-31T23:59:59.999999Z,EDGE,3,1,buy,3"), "trades");

        (await HistoryAsync("trades", "instrument=EDGE.SIM&to=2024-01-31T23:59:59.999999Z"))["price"].Numbers.Should().Equal(3, 1);
        (await HistoryAsync("trades", "instrument=EDGE.SIM&from=2024-02-01T00:00:00Z"))["price"].Numbers.Should().Equal(2);
        (await HistoryAsync("trades", "instrument=EDGE.SIM")).AtUs.Should().Equal(-1, 1_706_745_599_999_999, 1_706_745_600_000_000);
        (await HistoryAsync("trades", "instrument=EDGE.SIM&limit=2"))["price"].Numbers.Should().Equal(1, 2);
        (await fixture.ScalarAsync<long>("select count(*) from trades_202401")).Should().BePositive();
    }

    [Theory]
    [InlineData("trades", "timestamp,symbol,price,size", "2024-03-01T10:00:00Z,BAD,-1,1", "non_positive_price")]
    [InlineData("trades", "timestamp,symbol,price,size", "2024-03-01T10:00:00Z,BAD,,1", "not_a_number")]
    [InlineData("trades", "timestamp,symbol,price,size", "2024-03-01T10:00:00Z,BAD,1,-1", "negative_volume")]
    [InlineData("trades", "timestamp,symbol,price,size", "2024-03-01T10:00:00Z,BAD,ten,1", "unreadable")]
    [InlineData("trades", "timestamp,symbol,price,size", "2999-03-01T10:00:00Z,BAD,1,1", "future_time")]
    [InlineData("trades", "timestamp,symbol,price,size", "soon,BAD,1,1", "bad_time")]
    [InlineData("trades", "timestamp,symbol,price,size", "2024-03-01T10:00:00Z,B@D,1,1", "bad_symbol")]
    [InlineData("trades", "timestamp,symbol,price,size,side", "2024-03-01T10:00:00Z,BAD,1,1,b\0y", "unreadable")]
    [InlineData("quotes", "timestamp,symbol,bid,ask", "2024-03-01T10:00:00Z,BAD,2,1", "crossed")]
    [InlineData("quotes", "timestamp,symbol,bid,ask", "2024-03-01T10:00:00Z,BAD,-2,1", "non_positive_price")]
    [InlineData("chain", "date,underlying,expiry,strike,right", "2024-03-01,BAD,2024-13-01,10,C", "bad_time")]
    [InlineData("chain", "date,underlying,expiry,strike,right", "2024-03-01,BAD,2024-12-01,10,X", "bad_right")]
    [InlineData("chain", "date,underlying,expiry,strike,right", "2024-03-01,BAD,2024-12-01,0,C", "non_positive_price")]
    [InlineData("series", "date,series,value", "2024-03-01,,1", "bad_symbol")]
    public async Task A_bad_row_is_kept_out_with_its_reason_and_a_file_of_such_rows_fails(string kind, string header, string row, string reason)
    {
        var status = await ImportAsync(_csv.Write("bad.csv", header, row), kind);

        status.State.Should().Be("failed");
        status.Error.Should().Contain("bad.csv").And.Contain("line 2").And.Contain(reason);
        status.Quarantined.Should().ContainSingle().Which.Should().Be(new KeyValuePair<string, long>(reason, 1));
        (await fixture.ScalarAsync<string>($"select reason || ' ' || line from quarantine where session_id = '{status.SessionId}'")).Should().Be($"{reason} 2");
    }

    [Theory]
    [InlineData("tea", "timestamp,symbol,price,size", "kind_unknown", "trades")]
    [InlineData("trades", "timestamp,symbol,price", "columns_missing", "missing size")]
    [InlineData("chain", "date,underlying,strike", "columns_missing", "missing expiry, right")]
    public async Task What_cannot_be_imported_is_a_problem_at_once(string kind, string header, string code, string named)
    {
        using var response = await fixture.Ingestion.Http.PostAsJsonAsync("/imports", new StartImport(_csv.Write("no.csv", header, "1"), kind));

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("code").GetString().Should().Be(code);
        problem.GetProperty("detail").GetString().Should().Contain(named);
    }

    [Fact]
    public async Task History_is_the_same_in_json_and_in_binary()
    {
        await ImportAsync(
            _csv.Write(
                "chain.csv", "date,underlying,expiry,strike,right,bid,ask,delta", "2024-03-01,BOTH,2024-06-21,100,C,1,2,0.5", "2024-03-01,BOTH,2024-06-21,100,P,,2,-0.5",
                "2024-03-01,BOTH,2024-06-21,90,C,9,,"),
            "chain");

        var json = await fixture.Ingestion.Http.GetFromJsonAsync<TapeBlock>("/history/chain?instrument=BOTH.SIM");
        var binary = await HistoryAsync("chain", "instrument=BOTH.SIM");

        binary.Should().BeEquivalentTo(json);
        binary.AtUs.Should().OnlyContain(at => at == 1_709_326_800_000_000, "16:00 in New York");
        binary["strike"].Numbers.Should().Equal(90, 100, 100);
        binary["right"].Words.Should().Equal("C", "C", "P");
        binary["bid"].Numbers.Should().Equal(9, 1, double.NaN);
        binary["expiry"].Words.Should().OnlyContain(day => day == "2024-06-21");
    }

    [Fact]
    public async Task An_import_that_a_stop_cut_short_goes_on_at_the_next_start()
    {
        var file = Trades("long.csv", [.. Enumerable.Range(0, 200_000).Select(i => $"{1_709_290_000_000L + i},LONG,{100 + (i % 50)},1,buy,{i}")]);
        using var response = await fixture.Ingestion.Http.PostAsJsonAsync("/imports", new StartImport(file, "trades"));
        var session = await response.Content.ReadFromJsonAsync<SessionStatus>();
        await fixture.RestartAsync();

        var status = await fixture.Ingestion.EndAsync(session!.SessionId);

        (status.State, status.BarsAccepted, status.RowsAdded).Should().Be(("completed", 200_000, 200_000));
        (await RowsAsync("trades", "LONG")).Should().Be(200_000);
    }

    [SharedDataTheory]
    [InlineData("ticks/trades_btcusdt_perp_20240808_hftbacktest.csv.gz", "trades", 21_313)]
    [InlineData("ticks/quotes_btcusdt_perp_20240808_hftbacktest.csv.gz", "quotes", 66_089)]
    [InlineData("options/chain_daily_us_lean.csv.gz", "chain", 17_395)]
    [InlineData("rates/us_interest_rate_lean.csv", "series", 56)]
    public async Task Real_files_come_whole_and_once(string file, string kind, int rows)
    {
        var first = await ImportAsync(SharedData.Path(file), kind, "REAL");
        var second = await ImportAsync(SharedData.Path(file), kind, "REAL");

        first.State.Should().Be("completed", first.Error);
        (first.BarsRead, first.BarsAccepted + first.Duplicates + first.Quarantined.Values.Sum(), first.RowsAdded).Should().Be((rows, rows, first.BarsAccepted));
        first.Quarantined.Values.Sum().Should().BeLessThanOrEqualTo(rows / 100);
        second.RowsAdded.Should().Be(0);
    }

    public void Dispose() => _csv.Dispose();

    private static IEnumerable<string> Rows(string form) =>
        Enumerable.Range(1, 9).Select(i => string.Format(System.Globalization.CultureInfo.InvariantCulture, form, i));

    private string Trades(string name, params string[] rows) => _csv.Write(name, [TradeHeader, .. rows]);

    private async Task<SessionStatus> ImportAsync(string file, string kind, string? venue = null)
    {
        using var response = await fixture.Ingestion.Http.PostAsJsonAsync("/imports", new StartImport(file, kind, kind == "bars" ? "1m" : null, venue));
        response.StatusCode.Should().Be(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        return await fixture.Ingestion.EndAsync((await response.Content.ReadFromJsonAsync<SessionStatus>())!.SessionId);
    }

    private async Task<TapeBlock> HistoryAsync(string kind, string query)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/history/{kind}?{query}");
        request.Headers.Accept.ParseAdd(TapeBlock.MediaType);
        using var response = await fixture.Ingestion.Http.SendAsync(request);
        response.StatusCode.Should().Be(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return (await TapeBlock.ReadAsync(await response.Content.ReadAsStreamAsync()))!;
    }

    private Task<string> ContentAsync(string table) => fixture.ScalarAsync<string>(
        $"select count(*) || ' ' || md5(string_agg(t::text, '|' order by t::text)) || ' ' || (select md5(string_agg(l::text, '|' order by l::text)) from {(table == "bars" ? "ledger" : table + "_ledger")} l) from {table} t");

    private Task<long> RowsAsync(string table, string symbol) => fixture.ScalarAsync<long>(
        $"select count(*) from {table} t join instruments i on i.id = t.instrument where i.name = '{symbol}.SIM'");
}
