using System.Globalization;
using System.Net;
using System.Text.Json;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Gateway.Tests.Udf;

/// <summary>What charts are answered, of the real ingestion's tape.</summary>
public sealed class UdfTests(UdfFixture fixture) : IClassFixture<UdfFixture>
{
    private const long Minute = 60;
    private const long Day = 86_400;
    private const long Open = UdfFixture.Open;

    // Of LONG.SIM.
    private const long End = Open + (UdfFixture.LongCount * Minute);

    private static readonly UdfRules.Rule Any = (_, _) => [];

    [Fact]
    public async Task The_configuration_names_what_there_is()
    {
        var config = await AskAsync("config", UdfRules.Config);

        config.GetProperty("supports_search").GetBoolean().Should().BeTrue();
        config.GetProperty("supports_group_request").GetBoolean().Should().BeFalse();
        config.GetProperty("exchanges").EnumerateArray().Select(e => e.GetProperty("value").GetString()).Should().Equal("", "KRAKEN", "SIM");
        Texts(config, "supported_resolutions").Should().Equal("1", "5", "15", "30", "60", "240", "1D", "1W", "1M");
    }

    [Theory]
    [InlineData("MIN.SIM", "MIN", "stock", 100, "1,5,15,30,60,240,1D,1W,1M")]
    [InlineData("SP500-2000.SIM", "SP500-2000", "stock", 100, "1D,1W,1M")]
    [InlineData("BTC/USDT.KRAKEN", "BTC/USDT", "crypto", 100_000_000, "60,240,1D,1W,1M")]
    [InlineData("SEVEN.SIM", "SEVEN", "stock", 100, "")]
    [InlineData("PRINTS.SIM", "PRINTS", "stock", 100, "")]
    public async Task A_symbol_has_the_steps_of_its_instrument_and_the_resolutions_of_its_bars(
        string id, string name, string type, long scale, string resolutions)
    {
        var symbol = await AskAsync($"symbols?symbol={Uri.EscapeDataString(id)}", UdfRules.Symbol);

        Text(symbol, "ticker").Should().Be(id);
        Text(symbol, "name").Should().Be(name);
        Text(symbol, "type").Should().Be(type);
        Text(symbol, "exchange").Should().Be(id.Split('.')[^1]);
        (symbol.GetProperty("pricescale").GetInt64(), symbol.GetProperty("minmov").GetInt64()).Should().Be((scale, 1));
        string.Join(',', Texts(symbol, "supported_resolutions")).Should().Be(resolutions);
    }

    [Fact]
    public async Task A_group_has_all_symbols_of_a_venue_each_as_it_is_told_alone()
    {
        var group = await AskAsync("symbol_info?group=SIM", UdfRules.SymbolGroup);

        var told = UdfRules.Symbols(group).ToDictionary(s => Text(s, "ticker"), StringComparer.Ordinal);
        foreach (var id in (string[])["LONG.SIM", "MIN.SIM", "PRINTS.SIM", "SEVEN.SIM", "SP500-2000.SIM"])
        {
            var alone = await AskAsync($"symbols?symbol={id}", UdfRules.Symbol);
            told[id].EnumerateObject().Select(f => (f.Name, f.Value.GetRawText())).Should().BeEquivalentTo(alone.EnumerateObject().Select(f => (f.Name, f.Value.GetRawText())));
        }

        told.Keys.Should().OnlyContain(id => id.EndsWith(".SIM", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("symbol_info", "group: expected a venue, found none")]
    [InlineData("symbol_info?group=", "group: expected a venue, found none")]
    [InlineData("symbol_info?group=sim", "unknown_group sim")]
    public async Task A_group_that_there_is_not_is_an_error_in_the_protocols_form(string asked, string message) =>
        Text(await AskAsync(asked, UdfRules.Error), "errmsg").Should().Be(message);

    [Fact]
    public async Task In_group_mode_a_chart_is_told_to_ask_for_groups_and_for_each_once()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(
            fixture.Broker,
            new Dictionary<string, Uri>(StringComparer.Ordinal) { ["ingestion"] = fixture.Ingestion },
            settings: ["--Udf:Symbols", "groups"]);

        var config = await UdfFixture.AskAsync(gateway, "config", UdfRules.Config);

        (config.GetProperty("supports_search").GetBoolean(), config.GetProperty("supports_group_request").GetBoolean()).Should().Be((false, true));
        config.GetProperty("exchanges").EnumerateArray().Select(e => e.GetProperty("value").GetString()).Should().Equal("KRAKEN", "SIM");
    }

    [Theory]
    [InlineData("min.sim", "MIN.SIM")]
    [InlineData("btc%2Fusdt.kraken", "BTC/USDT.KRAKEN")]
    [InlineData("BTC/USDT.KRAKEN", "BTC/USDT.KRAKEN")]
    public async Task A_symbol_is_found_however_it_is_written(string asked, string id) =>
        Text(await AskAsync($"symbols?symbol={asked}", UdfRules.Symbol), "ticker").Should().Be(id);

    [Theory]
    [InlineData("query=sim", "LONG.SIM,MIN.SIM,PRINTS.SIM,SEVEN.SIM,SP500-2000.SIM")]
    [InlineData("query=min", "MIN.SIM")]
    [InlineData("query=%20Btc%2F", "BTC/USDT.KRAKEN")]
    [InlineData("query=usdt&type=crypto&exchange=KRAKEN", "BTC/USDT.KRAKEN")]
    [InlineData("query=usdt&type=stock", "")]
    [InlineData("query=&exchange=kraken", "BTC/USDT.KRAKEN")]
    [InlineData("query=&limit=2", "BTC/USDT.KRAKEN,LONG.SIM")]
    [InlineData("", "BTC/USDT.KRAKEN,LONG.SIM,MIN.SIM,PRINTS.SIM,SEVEN.SIM,SP500-2000.SIM")]
    [InlineData("query=%F0%9F%98%80", "")]
    [InlineData("query=sim&limit=99999999999", "LONG.SIM,MIN.SIM,PRINTS.SIM,SEVEN.SIM,SP500-2000.SIM")]
    public async Task A_search_finds_what_holds_the_query(string query, string ids)
    {
        var found = await AskAsync($"search?{query}", UdfRules.Found);

        // Other tests of this class may have put more there.
        string.Join(',', found.EnumerateArray().Select(s => Text(s, "ticker")).Where(id => !id.StartsWith("MORE", StringComparison.Ordinal))).Should().Be(ids);
    }

    [Fact]
    public async Task What_begins_with_the_query_comes_first() =>
        (await AskAsync("search?query=s", UdfRules.Found)).EnumerateArray().Select(s => Text(s, "ticker")).Take(2).Should().Equal("SEVEN.SIM", "SP500-2000.SIM");

    [Fact]
    public async Task Bars_are_told_by_their_begin_and_the_end_of_a_range_is_not_in_it()
    {
        (await BarsAsync("MIN.SIM", "1", Open, Open + (10 * Minute))).Should().Equal(fixture.Minutes.Take(10));
        (await BarsAsync("MIN.SIM", "1", Open + 1, Open + (10 * Minute) + 1)).Should().Equal(fixture.Minutes.Skip(1).Take(10));
        (await BarsAsync("MIN.SIM", "1", 0, 2_000_000_000)).Should().Equal(fixture.Minutes);
        (await BarsAsync("MIN.SIM", "1", -99_999_999_999, 7_000_000_000)).Should().Equal(fixture.Minutes);
    }

    [Theory]
    [InlineData("5", 300)]
    [InlineData("15", 900)]
    [InlineData("30", 1_800)]
    [InlineData("60", 3_600)]
    [InlineData("240", 14_400)]
    [InlineData("1D", 86_400)]
    [InlineData("D", 86_400)]
    public async Task Longer_bars_are_made_of_what_is_stored(string resolution, long seconds)
    {
        var all = UdfFixture.Fold(fixture.Minutes, t => t - (t % seconds));

        (await BarsAsync("MIN.SIM", resolution, 0, 2_000_000_000)).Should().Equal(all);
        (await CountAsync("MIN.SIM", resolution, 2_000_000_000, 2)).Should().Equal(all.TakeLast(2));
        // A range that begins in the middle of a bar begins with the next one.
        (await BarsAsync("MIN.SIM", resolution, all[0].Begin + 1, all[1].Begin + 1)).Should().Equal(all[1]);
    }

    [Fact]
    public async Task Days_stand_at_midnight_of_their_date_and_weeks_and_months_are_made_of_them()
    {
        (await BarsAsync("SP500-2000.SIM", "1D", 0, 2_000_000_000)).Should().Equal(fixture.Days);
        (await BarsAsync("SP500-2000.SIM", "1D", fixture.Days[5].Begin, fixture.Days[7].Begin)).Should().Equal(fixture.Days.Skip(5).Take(2));
        (await BarsAsync("SP500-2000.SIM", "1W", 0, 2_000_000_000)).Should().Equal(UdfFixture.Fold(fixture.Days, Monday));
        (await BarsAsync("SP500-2000.SIM", "1M", 0, 2_000_000_000)).Should().Equal(UdfFixture.Fold(fixture.Days, FirstOfMonth));
        (await CountAsync("SP500-2000.SIM", "M", 2_000_000_000, 7)).Should().Equal(UdfFixture.Fold(fixture.Days, FirstOfMonth).TakeLast(7));
    }

    [Fact]
    public async Task A_market_that_never_closes_has_days_that_end_at_midnight()
    {
        (await BarsAsync("BTC%2FUSDT.KRAKEN", "60", 0, 2_000_000_000)).Should().Equal(fixture.Hours);
        (await BarsAsync("BTC%2FUSDT.KRAKEN", "1D", 0, 2_000_000_000)).Should().Equal(UdfFixture.Fold(fixture.Hours, t => t - (t % Day))).And.HaveCount(4);
        (await BarsAsync("BTC%2FUSDT.KRAKEN", "1M", 0, 2_000_000_000)).Should().Equal(UdfFixture.Fold(fixture.Hours, FirstOfMonth)).And.HaveCount(2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(150)]
    [InlineData(700)]
    public async Task A_number_of_bars_counts_for_more_than_the_begin_of_the_range(int count)
    {
        var to = fixture.Minutes[^100].Begin;
        var expected = fixture.Minutes.SkipLast(100).TakeLast(count);

        (await CountAsync("MIN.SIM", "1", to, count)).Should().Equal(expected);
        // Nothing is wrong with a from that is not looked at.
        (await UdfFixture.BarsAsync(fixture.Gateway, $"symbol=MIN.SIM&resolution=1&from=soon&to={to}&countback={count}")).Should().Equal(expected);
    }

    [Fact]
    public async Task Where_there_is_nothing_the_nearest_bar_before_is_named()
    {
        var gap = Open + (310 * Minute);

        (await NoBarsAsync("1", gap, gap + (10 * Minute))).Should().Be(Open + (299 * Minute));
        (await NoBarsAsync("5", gap, gap + (10 * Minute))).Should().Be(Open + (295 * Minute));
        (await NoBarsAsync("1", gap, gap)).Should().Be(Open + (299 * Minute));
        (await NoBarsAsync("1D", 2_000_000_000, 2_000_100_000)).Should().Be(Open + (9 * 3_600) + 1_800);
        (await NoBarsAsync("1", 0, Open)).Should().BeNull();
        (await NoBarsAsync("1W", 0, 1_000_000)).Should().BeNull();
        (await AskAsync($"history?symbol=MIN.SIM&resolution=1&to={Open}&countback=5", UdfRules.NoBars)).TryGetProperty("nextTime", out _).Should().BeFalse();
        (await AskAsync("history?symbol=PRINTS.SIM&resolution=1&from=0&to=2000000000", UdfRules.NoBars)).TryGetProperty("nextTime", out _).Should().BeFalse();
    }

    [Fact]
    public async Task Of_more_bars_than_an_answer_has_the_newest_are_given_and_none_in_part()
    {
        (await BarsAsync("LONG.SIM", "1", 0, 2_000_000_000)).Should().Equal(fixture.LongMinutes.TakeLast(10_000));
        (await CountAsync("LONG.SIM", "1", 2_000_000_000, 999_999)).Should().Equal(fixture.LongMinutes.TakeLast(10_000));
        (await CountAsync("LONG.SIM", "1", fixture.LongMinutes[2_001].Begin, 10_000)).Should().Equal(fixture.LongMinutes.Take(2_001));

        // 200,000 minutes are read at most, which begin in the middle of a day.
        var days = UdfFixture.Fold(fixture.LongMinutes, t => t - (t % Day));
        var whole = days.Where(d => d.Begin > End - (200_000 * Minute)).ToList();
        (await CountAsync("LONG.SIM", "1D", End, 3)).Should().Equal(days.TakeLast(3));
        (await CountAsync("LONG.SIM", "1D", End, 300)).Should().Equal(whole);
        (await BarsAsync("LONG.SIM", "1D", 0, End)).Should().Equal(whole);
        (await CountAsync("LONG.SIM", "1D", whole[0].Begin, 300)).Should().Equal(days.SkipLast(whole.Count));
    }

    [Fact]
    public async Task A_bar_that_was_recorded_again_is_told_once_as_it_was_last()
    {
        var first = new TestBar(Open, 10, 12, 9, 11, 100);
        await fixture.ImportAsync("more-1", "MORE1", "1m", [first, first with { Begin = Open + Minute }]);
        await fixture.ImportAsync("more-2", "MORE1", "1m", [first with { Close = 12 }, first with { Begin = Open + (2 * Minute) }]);

        await KnownAsync("MORE1.SIM");
        (await BarsAsync("MORE1.SIM", "1", 0, 2_000_000_000)).Should().Equal(
            first with { Close = 12 }, first with { Begin = Open + Minute }, first with { Begin = Open + (2 * Minute) });
    }

    [Fact]
    public async Task Days_of_two_files_that_end_at_other_times_are_told_once_and_minutes_are_not_taken_for_days()
    {
        var midnight = Open - (Open % Day);
        var day = new TestBar(midnight, 10, 12, 9, 11, 100);
        await fixture.ImportAsync("more-3", "MORE2", "1d", [day]);
        // Ends an hour before the day does.
        await fixture.ImportAsync("more-4", "MORE2", "1d", [day with { Begin = midnight - 3_600, Close = 10 }]);
        await fixture.ImportAsync("more-5", "MORE2", "1m", [day with { Begin = Open }, day with { Begin = Open + Day }]);

        await KnownAsync("MORE2.SIM");
        (await BarsAsync("MORE2.SIM", "1D", 0, 2_000_000_000)).Should().Equal(day);
        (await BarsAsync("MORE2.SIM", "60", 0, 2_000_000_000)).Should().HaveCount(2);
    }

    [Fact]
    public async Task Quotes_have_the_last_price_and_the_change_since_the_day_before()
    {
        var quotes = (await AskAsync("quotes?symbols=SP500-2000.SIM,%20min.sim,NO.SIM,PRINTS.SIM,BTC%2FUSDT.KRAKEN", UdfRules.Quotes)).GetProperty("d");

        var (last, before) = (fixture.Days[^1], fixture.Days[^2]);
        quotes.EnumerateArray().Select(q => $"{Text(q, "n")} {Text(q, "s")}").Should().Equal(
            "SP500-2000.SIM ok", "min.sim ok", "NO.SIM error", "PRINTS.SIM error", "BTC/USDT.KRAKEN ok");
        var index = quotes[0].GetProperty("v");
        index.GetProperty("lp").GetDouble().Should().Be(last.Close);
        index.GetProperty("ch").GetDouble().Should().Be(Math.Round(last.Close - before.Close, 2));
        index.GetProperty("chp").GetDouble().Should().BeApproximately((last.Close - before.Close) / before.Close * 100, 1e-4);
        index.GetProperty("prev_close_price").GetDouble().Should().Be(before.Close);
        var minutes = quotes[1].GetProperty("v");
        var today = fixture.Minutes.Where(b => b.Begin >= 1_704_240_000).ToList(); // 2024-01-03
        minutes.GetProperty("lp").GetDouble().Should().Be(today[^1].Close);
        minutes.GetProperty("open_price").GetDouble().Should().Be(today[0].Open);
        minutes.GetProperty("volume").GetDouble().Should().Be(today.Sum(b => b.Volume));
        minutes.GetProperty("prev_close_price").GetDouble().Should().Be(fixture.Minutes.Last(b => b.Begin < 1_704_240_000).Close);
        Text(quotes[2], "errmsg").Should().Be("unknown_symbol NO.SIM");
    }

    [Fact]
    public async Task Time_is_text_in_seconds()
    {
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        using var answer = await fixture.Gateway.Http.GetAsync(new Uri("/udf/time", UriKind.Relative));

        answer.Content.Headers.ContentType!.MediaType.Should().Be("text/plain");
        long.Parse(await answer.Content.ReadAsStringAsync(), CultureInfo.InvariantCulture)
            .Should().BeInRange(before, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
    }

    [Theory]
    [InlineData("symbols", "symbol: expected one, found none")]
    [InlineData("symbols?symbol=", "symbol: expected one, found none")]
    [InlineData("symbols?symbol=NO.SIM", "unknown_symbol NO.SIM")]
    [InlineData("symbols?symbol=%F0%9F%98%80.SIM", "unknown_symbol 😀.SIM")]
    [InlineData("symbols?symbol=MIN.SIM&symbol=LONG.SIM", "unknown_symbol MIN.SIM,LONG.SIM")]
    [InlineData("symbols?symbol=../instruments", "unknown_symbol ../instruments")]
    [InlineData("search?query=A&limit=-1", "limit: expected a number above zero, found '-1'")]
    [InlineData("search?query=A&limit=0", "limit: expected a number above zero, found '0'")]
    [InlineData("search?query=A&limit=ten", "limit: expected a number above zero, found 'ten'")]
    [InlineData("history", "resolution: expected one of 1, 5, 15, 30, 60, 240, 1D, 1W, 1M, found none")]
    [InlineData("history?symbol=MIN.SIM&resolution=7&from=0&to=1", "resolution: expected one of 1, 5, 15, 30, 60, 240, 1D, 1W, 1M, found '7'")]
    [InlineData("history?symbol=MIN.SIM&resolution=1&to=1", "from: expected Unix seconds up to the year 2200, found none")]
    [InlineData("history?symbol=MIN.SIM&resolution=1&from=0", "to: expected Unix seconds up to the year 2200, found none")]
    [InlineData("history?symbol=MIN.SIM&resolution=1&from=0&to=1704205800000", "to: expected Unix seconds up to the year 2200, found '1704205800000'")]
    [InlineData("history?symbol=MIN.SIM&resolution=1&from=0&to=99999999999999999999", "to: expected Unix seconds up to the year 2200, found '99999999999999999999'")]
    [InlineData("history?symbol=MIN.SIM&resolution=1&from=1.5&to=9", "from: expected Unix seconds up to the year 2200, found '1.5'")]
    [InlineData("history?symbol=MIN.SIM&resolution=1&from=NaN&to=9", "from: expected Unix seconds up to the year 2200, found 'NaN'")]
    [InlineData("history?symbol=MIN.SIM&resolution=1&from=%D9%A1&to=9", "from: expected Unix seconds up to the year 2200, found '١'")]
    [InlineData("history?symbol=MIN.SIM&resolution=1&from=2&to=1", "from: expected a time up to 1, found 2")]
    [InlineData("history?symbol=MIN.SIM&resolution=1&from=0&to=9&countback=-5", "countback: expected a number above zero, found '-5'")]
    [InlineData("history?symbol=MIN.SIM&resolution=1&from=0&to=9&countback=many", "countback: expected a number above zero, found 'many'")]
    [InlineData("history?symbol=MIN.SIM&resolution=1&countback=5", "to: expected Unix seconds up to the year 2200, found none")]
    [InlineData("history?symbol=NO.SIM&resolution=1&from=0&to=9", "unknown_symbol NO.SIM")]
    [InlineData("history?resolution=1&from=0&to=9", "symbol: expected one, found none")]
    [InlineData("history?symbol=SP500-2000.SIM&resolution=60&from=0&to=9", "SP500-2000.SIM has no bars that make 60: there are 1d")]
    [InlineData("history?symbol=SEVEN.SIM&resolution=1D&from=0&to=9", "SEVEN.SIM has no bars that make 1D: there are 7m")]
    [InlineData("quotes", "symbols: expected 1 to 50, found 0")]
    [InlineData("quotes?symbols=,,%20,", "symbols: expected 1 to 50, found 0")]
    public async Task What_makes_no_sense_is_said_in_the_form_of_the_protocol(string path, string reason) =>
        Text(await AskAsync(path, UdfRules.Error), "errmsg").Should().Be(reason);

    [Fact]
    public async Task Too_many_quotes_at_once_are_refused() =>
        Text(await AskAsync($"quotes?symbols={string.Join(',', Enumerable.Repeat("A.SIM", 51))}", UdfRules.Error), "errmsg").Should().Be("symbols: expected 1 to 50, found 51");

    [Theory]
    [InlineData("marks", 400, "resolution_invalid")]
    [InlineData("timescale_marks?symbol=MIN.SIM&from=0&to=9&resolution=7", 400, "resolution_invalid")]
    [InlineData("marks?symbol=MIN.SIM&from=soon&to=9&resolution=1", 400, "range_invalid")]
    [InlineData("marks?symbol=MIN.SIM&from=9&to=0&resolution=1", 400, "range_invalid")]
    [InlineData("timescale_marks?symbol=MIN.SIM&from=0&resolution=1", 400, "range_invalid")]
    [InlineData("marks?symbol=NO.SIM&from=0&to=9&resolution=1", 404, "symbol_unknown")]
    [InlineData("timescale_marks?from=0&to=9&resolution=1", 404, "symbol_unknown")]
    [InlineData("marks?symbol=MIN.SIM&from=0&to=9&resolution=1", 503, "service_unavailable")]
    [InlineData("timescale_marks?symbol=MIN.SIM&from=0&to=9&resolution=1", 503, "service_unavailable")]
    [InlineData("symbols?symbol=%00", 400, "value_unstorable")]
    public async Task Where_the_protocol_has_no_form_for_it_it_is_a_problem(string path, int status, string code) =>
        Text(await AskAsync(path, Any, status), "code").Should().Be(code);

    [Fact]
    public async Task Without_ingestion_each_answer_says_that_it_is_away()
    {
        await using var alone = await GatewayUnderTest.StartAsync(
            fixture.Broker, new Dictionary<string, Uri>(StringComparer.Ordinal) { ["ingestion"] = new("http://127.0.0.1:9") });

        foreach (var path in (string[])["symbols?symbol=MIN.SIM", "search?query=M", "history?symbol=MIN.SIM&resolution=1&from=0&to=9", "quotes?symbols=MIN.SIM"])
            Text(await UdfFixture.AskAsync(alone, path, UdfRules.Error), "errmsg").Should().StartWith("ingestion cannot be reached: ");
        foreach (var path in (string[])["config", "marks?symbol=MIN.SIM&from=0&to=9&resolution=1", "timescale_marks?symbol=MIN.SIM&from=0&to=9&resolution=1"])
        {
            var problem = await UdfFixture.AskAsync(alone, path, Any, 503);
            Text(problem, "code").Should().Be("service_unavailable");
            problem.GetProperty("retryable").GetBoolean().Should().BeTrue();
        }

        using var time = await alone.Http.GetAsync(new Uri("/udf/time", UriKind.Relative));
        time.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(200)]
    public async Task What_a_service_should_not_answer_is_no_fault_of_the_chart(int status)
    {
        await using var broken = await FakeUpstream.StartAsync(app => app.Map("/{**path}", () => Results.Text("<html>", statusCode: status)));
        await using var gateway = await GatewayUnderTest.StartAsync(fixture.Broker, broken);

        await UdfFixture.AskAsync(gateway, "history?symbol=MIN.SIM&resolution=1&from=0&to=9", UdfRules.Error);
        await UdfFixture.AskAsync(gateway, "config", Any, 503);
    }

    [Fact]
    public async Task No_other_site_may_read_it()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/udf/config");
        request.Headers.Add("Origin", "https://elsewhere.example");
        using var answer = await fixture.Gateway.Http.SendAsync(request);
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/udf/config");
        preflight.Headers.Add("Origin", "https://elsewhere.example");
        preflight.Headers.Add("Access-Control-Request-Method", "GET");
        using var asked = await fixture.Gateway.Http.SendAsync(preflight);

        answer.Headers.Concat(asked.Headers).Should().NotContain(h => h.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
    }

    private static string Text(JsonElement of, string name) => of.GetProperty(name).GetString()!;

    private static IEnumerable<string> Texts(JsonElement of, string name) => of.GetProperty(name).EnumerateArray().Select(e => e.GetString()!);

    private static long Monday(long begin)
    {
        var at = DateTimeOffset.FromUnixTimeSeconds(begin);
        return at.AddDays(-(((int)at.DayOfWeek + 6) % 7)).ToUnixTimeSeconds();
    }

    private static long FirstOfMonth(long begin)
    {
        var at = DateTimeOffset.FromUnixTimeSeconds(begin);
        return new DateTimeOffset(at.Year, at.Month, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
    }

    private Task<JsonElement> AskAsync(string path, UdfRules.Rule rule, int status = 200) => UdfFixture.AskAsync(fixture.Gateway, path, rule, status);

    private Task<IReadOnlyList<TestBar>> BarsAsync(string symbol, string resolution, long from, long to) =>
        UdfFixture.BarsAsync(fixture.Gateway, $"symbol={symbol}&resolution={resolution}&from={from}&to={to}");

    private Task<IReadOnlyList<TestBar>> CountAsync(string symbol, string resolution, long to, int count) =>
        UdfFixture.BarsAsync(fixture.Gateway, $"symbol={symbol}&resolution={resolution}&from={to - 1}&to={to}&countback={count}");

    private async Task<long?> NoBarsAsync(string resolution, long from, long to)
    {
        var answer = await AskAsync($"history?symbol=MIN.SIM&resolution={resolution}&from={from}&to={to}", UdfRules.NoBars);
        return answer.TryGetProperty("nextTime", out var next) ? next.GetInt64() : null;
    }

    /// <summary>The gateway keeps its list of instruments for a moment.</summary>
    private Task KnownAsync(string id) => Eventually.True(async () =>
        (await fixture.Gateway.Http.GetStringAsync(new Uri($"/udf/symbols?symbol={id}", UriKind.Relative))).Contains("\"ticker\"", StringComparison.Ordinal));
}
