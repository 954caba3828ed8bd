using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Ingestion.Tests.Running;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Ingestion.Tests.Tape;

public sealed class GapTests(IngestionFixture fixture) : IClassFixture<IngestionFixture>, IDisposable
{
    private static readonly DateTimeOffset Open = new(2024, 1, 2, 14, 31, 0, TimeSpan.Zero);

    private readonly Csv _csv = new();

    [Fact]
    public async Task What_others_of_the_venue_have_and_an_instrument_lacks_is_a_gap()
    {
        await ImportAsync("VENUEA", [.. Csv.Minutes("WHOLE", 0, 100), .. Csv.Minutes("HOLES", 0, 10), .. Csv.Minutes("HOLES", 20, 30), .. Csv.Minutes("HOLES", 51, 49)]);

        var gaps = await GapsAsync("HOLES.VENUEA", "");

        (gaps.Observers, gaps.Expected, gaps.Missing).Should().Be((1, 100, 11));
        gaps.Gaps.Should().Equal(new BarGap(Open.AddMinutes(10), Open.AddMinutes(19), 10), new BarGap(Open.AddMinutes(50), Open.AddMinutes(50), 1));
        (await GapsAsync("WHOLE.VENUEA", "")).Missing.Should().Be(0);
    }

    [Fact]
    public async Task A_pause_of_the_whole_venue_is_none()
    {
        await ImportAsync("VENUEB", [.. Csv.Minutes("ONE", 0, 10), .. Csv.Minutes("ONE", 200, 10), .. Csv.Minutes("TWO", 0, 10), .. Csv.Minutes("TWO", 200, 10)]);

        (await GapsAsync("ONE.VENUEB", "")).Should().Match<BarGaps>(g => g.Expected == 20 && g.Missing == 0);
        var always = await GapsAsync("ONE.VENUEB", "&calendar=always");
        (always.Expected, always.Missing).Should().Be((210, 190));
        always.Gaps.Should().Equal(new BarGap(Open.AddMinutes(10), Open.AddMinutes(199), 190));
    }

    [Fact]
    public async Task Ends_count_where_they_are_asked_for()
    {
        await ImportAsync("VENUEC", [.. Csv.Minutes("LONG", 0, 60), .. Csv.Minutes("SHORT", 20, 20)]);

        (await GapsAsync("SHORT.VENUEC", "")).Missing.Should().Be(0, "from its first bar to its last it has all");
        var asked = await GapsAsync("SHORT.VENUEC", $"&from={Open:yyyy-MM-dd'T'HH:mm:ss'Z'}&to={Open.AddMinutes(49):yyyy-MM-dd'T'HH:mm:ss'Z'}");
        (asked.Expected, asked.Missing).Should().Be((50, 30));
        asked.Gaps.Select(g => g.Missing).Should().Equal(20, 10);
    }

    [Fact]
    public async Task An_instrument_alone_in_its_venue_has_no_gap_that_anybody_knows_of()
    {
        await ImportAsync("VENUED", [.. Csv.Minutes("ALONE", 0, 5), .. Csv.Minutes("ALONE", 9, 5)]);

        (await GapsAsync("ALONE.VENUED", "")).Should().Match<BarGaps>(g => g.Observers == 0 && g.Expected == 0 && g.Missing == 0);
        (await GapsAsync("ALONE.VENUED", "&calendar=always")).Missing.Should().Be(4);
    }

    [Theory]
    [InlineData("instrument=NO.SIM", HttpStatusCode.NotFound, "instrument_unknown")]
    [InlineData("instrument=NO.SIM&timeframe=soon", HttpStatusCode.BadRequest, "timeframe_invalid")]
    [InlineData("instrument=NO.SIM&calendar=lunar", HttpStatusCode.BadRequest, "calendar_invalid")]
    public async Task What_makes_no_sense_is_a_problem(string query, HttpStatusCode status, string code)
    {
        using var response = await fixture.Ingestion.Http.GetAsync($"/gaps?{query}");

        response.StatusCode.Should().Be(status);
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().Should().Be(code);
    }

    public void Dispose() => _csv.Dispose();

    private async Task ImportAsync(string venue, string[] rows)
    {
        using var response = await fixture.Ingestion.Http.PostAsJsonAsync(
            "/imports", new StartImport(_csv.Write($"{venue}.csv", [Csv.Header, .. rows]), "bars", "1m", venue));
        var status = await fixture.Ingestion.EndAsync((await response.Content.ReadFromJsonAsync<SessionStatus>())!.SessionId);
        status.State.Should().Be("completed", status.Error);
    }

    private async Task<BarGaps> GapsAsync(string instrument, string query) =>
        (await fixture.Ingestion.Http.GetFromJsonAsync<BarGaps>($"/gaps?instrument={instrument}&timeframe=1m{query}"))!;
}
