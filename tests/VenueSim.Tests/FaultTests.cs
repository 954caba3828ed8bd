using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using AlgoStack.Testing;
using AlgoStack.Testing.Venues;
using AlgoStack.VenueSim.Tests.Running;
using FluentAssertions;
using Xunit;

namespace AlgoStack.VenueSim.Tests;

public sealed class FaultTests(VenueFixture here) : IClassFixture<VenueFixture>
{
    [Fact]
    public async Task Accept_then_drop_takes_the_order_and_cuts_the_connection()
    {
        var symbol = await here.ListAsync(100);
        await here.Venue.SwitchFaultsAsync(new { accept_then_drop = 1 });

        await here.Invoking(h => h.PlaceAsync(Buy(symbol, "taken-cut"))).Should().ThrowAsync<HttpRequestException>();

        (await here.FindAsync("taken-cut"))["status"].Should().Be("filled");
    }

    [Fact]
    public async Task Drop_before_accepting_loses_the_order_and_cuts_the_connection()
    {
        var symbol = await here.ListAsync(100);
        await here.Venue.SwitchFaultsAsync(new { drop_before_accepting = 1 });

        await here.Invoking(h => h.PlaceAsync(Buy(symbol, "lost-cut"))).Should().ThrowAsync<HttpRequestException>();

        (await here.FindAsync("lost-cut")).Status.Should().Be(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("accept_then_error", true)]
    [InlineData("error_before_accepting", false)]
    public async Task An_error_answers_5xx_with_the_order_taken_or_not(string fault, bool taken)
    {
        var symbol = await here.ListAsync(100);
        await here.Venue.SwitchFaultsAsync(new Dictionary<string, object>(StringComparer.Ordinal) { [fault] = 1 });

        var statuses = new HashSet<int>();
        for (var i = 0; i < 20; i++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{fault}-{i}");
            statuses.Add((int)(await here.PlaceAsync(Buy(symbol, id))).Status);
            (await here.FindAsync(id)).Status.Should().Be(taken ? HttpStatusCode.OK : HttpStatusCode.NotFound);
        }

        statuses.Should().BeSubsetOf([500, 502, 503, 504]).And.HaveCountGreaterThan(1);
    }

    [Fact]
    public async Task Garbage_is_a_page_of_html_on_200_for_an_order_that_was_taken()
    {
        var symbol = await here.ListAsync(100);
        await here.Venue.SwitchFaultsAsync(new { garbage = 1 });

        var answer = await here.PlaceAsync(Buy(symbol, "garbled"));

        answer.Status.Should().Be(HttpStatusCode.OK);
        answer.Text.Should().StartWith("<!DOCTYPE html>");
        (await here.FindAsync("garbled"))["status"].Should().Be("filled");
    }

    [Fact]
    public async Task Reads_meet_faults_when_told_to()
    {
        await here.Venue.SwitchFaultsAsync(new { garbage = 1 });
        (await here.GetAsync("/v2/account"))["status"].Should().Be("ACTIVE");

        await here.Venue.SwitchFaultsAsync(new { garbage = 1, on_reads = true });

        (await here.GetAsync("/v2/account")).Text.Should().StartWith("<!DOCTYPE html>");
        await here.Venue.SwitchFaultsAsync(new { });
    }

    [Fact]
    public async Task Rates_add_up_and_the_seed_decides_who_is_met_whatever_the_order()
    {
        var faults = new { seed = 7, accept_then_drop = 0.25, drop_before_accepting = 0.25 };
        string[] ids = [.. Enumerable.Range(0, 200).Select(i => string.Create(CultureInfo.InvariantCulture, $"seeded-{i}"))];
        await using var other = await VenueProcess.StartAsync(1_000_000);

        var symbol = await here.ListAsync(100);
        await here.Venue.SwitchFaultsAsync(faults);
        var first = await OutcomesAsync(here.Venue, symbol, ids, writers: 4);
        await other.SetPriceAsync(symbol, 100);
        await other.SwitchFaultsAsync(faults);
        var second = await OutcomesAsync(other, symbol, ids.Reverse(), writers: 1);

        second.Should().BeEquivalentTo(first);
        // Within four standard deviations of a binomial of 200 and 1/4: 50 ± 4 × 6.1.
        first.Values.Count(o => o == "taken, cut").Should().BeInRange(25, 75);
        first.Values.Count(o => o == "lost, cut").Should().BeInRange(25, 75);
    }

    [Fact]
    public async Task A_lost_order_sent_again_is_drawn_for_again()
    {
        var symbol = await here.ListAsync(100);
        await here.Venue.SwitchFaultsAsync(new { drop_before_accepting = 0.5 });

        var attempts = 0;
        while ((await here.FindAsync("stubborn")).Status == HttpStatusCode.NotFound)
        {
            attempts++.Should().BeLessThan(40, "half of the attempts get through");
            try
            {
                await here.PlaceAsync(Buy(symbol, "stubborn"));
            }
            catch (HttpRequestException)
            {
                // The next one may do.
            }
        }
    }

    [Fact]
    public async Task A_slow_answer_comes_late()
    {
        await here.Venue.SwitchFaultsAsync(new { slow_answer = 1, slow_ms = 300, on_reads = true });

        var started = Stopwatch.GetTimestamp();
        await here.GetAsync("/v2/clock");

        Stopwatch.GetElapsedTime(started).Should().BeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(290));
    }

    [Fact]
    public async Task An_event_can_come_before_the_answer()
    {
        var symbol = await here.ListAsync(100);
        await using var listener = await TradeListener.ConnectAsync(here.Venue);
        await here.Venue.SwitchFaultsAsync(new { event_before_answer = 1, event_lead_ms = 1500 });

        var answer = here.PlaceAsync(Buy(symbol, "told-first"));
        await Eventually.True(() => listener.Heard("told-first").Contains("fill", StringComparer.Ordinal));

        answer.IsCompleted.Should().BeFalse();
        (await answer)["status"].Should().Be("pending_new");
    }

    [Fact]
    public async Task An_event_can_come_twice_with_the_same_execution_id()
    {
        var symbol = await here.ListAsync(100);
        await using var listener = await TradeListener.ConnectAsync(here.Venue);
        await here.Venue.SwitchFaultsAsync(new { duplicate_event = 1 });

        await here.PlaceAsync(Buy(symbol, "doubled"));
        await Eventually.Equal(4, () => listener.Heard("doubled").Count());

        listener.Heard("doubled").Should().Equal("new", "new", "fill", "fill");
        listener.Updates.Select(u => u.GetProperty("execution_id").GetString()).Distinct(StringComparer.Ordinal).Should().HaveCount(2);
    }

    [Fact]
    public async Task An_event_can_come_after_the_one_that_followed_it()
    {
        var symbol = await here.ListAsync(100);
        await using var listener = await TradeListener.ConnectAsync(here.Venue);
        await here.Venue.SwitchFaultsAsync(new { out_of_order_event = 1 });

        await here.PlaceAsync(Buy(symbol, "swapped"));
        await Eventually.Equal(2, () => listener.Heard("swapped").Count());
        listener.Heard("swapped").Should().Equal("fill", "new");

        await here.PlaceAsync(Resting(symbol, "alone"));
        await Eventually.Equal(1, () => listener.Heard("alone").Count());
    }

    [Fact]
    public async Task Events_can_be_lost()
    {
        var symbol = await here.ListAsync(100);
        await using var listener = await TradeListener.ConnectAsync(here.Venue);
        await here.Venue.SwitchFaultsAsync(new { lost_event = 1 });
        await here.PlaceAsync(Buy(symbol, "unheard"));
        await here.Venue.SwitchFaultsAsync(new { });

        await here.PlaceAsync(Buy(symbol, "heard"));
        await Eventually.Equal(2, () => listener.Heard("heard").Count());

        listener.Heard("unheard").Should().BeEmpty();
    }

    [Fact]
    public async Task Sockets_can_be_cut_again_and_again()
    {
        var symbol = await here.ListAsync(100);
        await here.Venue.SwitchFaultsAsync(new { close_every = 2 });
        for (var i = 0; i < 3; i++)
        {
            await using var listener = await TradeListener.ConnectAsync(here.Venue);
            await here.PlaceAsync(Buy(symbol, string.Create(CultureInfo.InvariantCulture, $"storm-{i}")));
            await listener.Cut.WaitAsync(Eventually.DefaultTimeout);
            listener.Updates.Should().HaveCount(2);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(3)]
    public async Task Too_many_requests_are_answered_429_with_and_without_a_time(int? seconds)
    {
        var symbol = await here.ListAsync(100);
        var id = string.Create(CultureInfo.InvariantCulture, $"limited-{seconds}");
        await here.Venue.SwitchFaultsAsync(new { too_many_requests = 1, retry_after_seconds = seconds });

        using var request = new HttpRequestMessage(HttpMethod.Post, "/v2/orders") { Content = System.Net.Http.Json.JsonContent.Create(Buy(symbol, id)) };
        using var response = await here.Venue.Http.SendAsync(request);

        response.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        (await VenueFixture.ReadAsync(response)).Code.Should().Be(42910000);
        response.Headers.RetryAfter?.Delta?.TotalSeconds.Should().Be(seconds);
        (response.Headers.RetryAfter is null).Should().Be(seconds is null);
        await here.Venue.SwitchFaultsAsync(new { });
        (await here.FindAsync(id)).Status.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_limit_counts_down_in_its_headers_and_then_refuses()
    {
        await here.Venue.SwitchFaultsAsync(new { requests_per_minute = 3 });
        var remaining = new List<string>();
        HttpStatusCode last;
        do
        {
            using var response = await here.Venue.Http.GetAsync(new Uri("/v2/clock", UriKind.Relative));
            last = response.StatusCode;
            remaining.Add(response.Headers.GetValues("X-Ratelimit-Remaining").Single());
            response.Headers.GetValues("X-Ratelimit-Limit").Should().Equal("3");
            // A new minute may begin between two of them.
            remaining.Count.Should().BeLessThan(10);
        }
        while (last == HttpStatusCode.OK);

        last.Should().Be(HttpStatusCode.TooManyRequests);
        remaining.TakeLast(4).Should().Equal("2", "1", "0", "0");
        await here.Venue.SwitchFaultsAsync(new { });
    }

    [Fact]
    public async Task Half_of_an_order_can_fill_and_the_venue_cancel_the_rest()
    {
        var symbol = await here.ListAsync(100);
        await using var listener = await TradeListener.ConnectAsync(here.Venue);
        await here.Venue.SwitchFaultsAsync(new { partial_fill_then_cancel = 1 });

        await here.PlaceAsync(Buy(symbol, "halved"));

        (await here.ReachAsync("halved", "canceled")).Number("filled_qty").Should().Be(5);
        await Eventually.Equal(3, () => listener.Heard("halved").Count());
        listener.Heard("halved").Should().Equal("new", "partial_fill", "canceled");
    }

    [Fact]
    public async Task A_fill_can_come_after_a_cancel()
    {
        var symbol = await here.ListAsync(100);
        await using var listener = await TradeListener.ConnectAsync(here.Venue);
        await here.Venue.SwitchFaultsAsync(new { late_fill_after_cancel = 1 });
        var id = (await here.PlaceAsync(Resting(symbol, "too-late")))["id"];

        (await here.DeleteAsync($"/v2/orders/{id}")).Status.Should().Be(HttpStatusCode.NoContent);

        (await here.ReachAsync("too-late", "filled")).Number("filled_qty").Should().Be(10);
        await Eventually.Equal(3, () => listener.Heard("too-late").Count());
        listener.Heard("too-late").Should().Equal("new", "canceled", "fill");
        here.Venue.ReadLedger().Find("too-late").Single().Status.Should().Be("filled");
    }

    [Fact]
    public async Task The_clock_can_be_skewed()
    {
        await here.Venue.SwitchFaultsAsync(new { clock_skew_ms = 3_600_000 });

        using var response = await here.Venue.Http.GetAsync(new Uri("/v2/clock", UriKind.Relative));

        var clock = (await VenueFixture.ReadAsync(response)).Json.GetProperty("timestamp").GetDateTimeOffset();
        (response.Headers.Date!.Value - TimeProvider.System.GetUtcNow()).Should().BeCloseTo(TimeSpan.FromHours(1), TimeSpan.FromMinutes(1));
        (clock - TimeProvider.System.GetUtcNow()).Should().BeCloseTo(TimeSpan.FromHours(1), TimeSpan.FromMinutes(1));
        await here.Venue.SwitchFaultsAsync(new { });
    }

    [Fact]
    public async Task Keys_can_expire()
    {
        await here.Venue.SwitchFaultsAsync(new { key_expired = true });

        (await here.GetAsync("/v2/account")).Code.Should().Be(40110000);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(here.Venue.StreamAddress, CancellationToken.None);
        var answer = await TradeListener.ConverseAsync(
            socket, new { action = "authenticate", data = new { key_id = VenueProcess.Key, secret_key = VenueProcess.Secret } });

        answer.GetProperty("data").GetProperty("status").GetString().Should().Be("unauthorized");
        await here.Venue.SwitchFaultsAsync(new { });
    }

    [Fact]
    public async Task An_order_that_nobody_sent_can_fill()
    {
        var symbol = await here.ListAsync(100);
        await using var listener = await TradeListener.ConnectAsync(here.Venue);

        await here.Venue.TellAsync("orphans", new { symbol, side = "buy", qty = 5, price = 99, client_order_id = "orphan" });

        await Eventually.Equal(2, () => listener.Heard("orphan").Count());
        listener.Heard("orphan").Should().Equal("new", "fill");
        (await here.GetAsync($"/v2/positions/{symbol}")).Number("qty").Should().Be(5);
    }

    private static object Buy(string symbol, string id) =>
        new { symbol, qty = "10", side = "buy", type = "market", time_in_force = "day", client_order_id = id };

    private static object Resting(string symbol, string id) =>
        new { symbol, qty = "10", side = "buy", type = "limit", limit_price = "90", time_in_force = "gtc", client_order_id = id };

    private static async Task<Dictionary<string, string>> OutcomesAsync(VenueProcess venue, string symbol, IEnumerable<string> ids, int writers)
    {
        var outcomes = new Dictionary<string, string>(StringComparer.Ordinal);
        await Parallel.ForEachAsync(ids, new ParallelOptions { MaxDegreeOfParallelism = writers }, async (id, cancellationToken) =>
        {
            var outcome = "answered";
            try
            {
                using var content = System.Net.Http.Json.JsonContent.Create(Buy(symbol, id));
                using var answer = await venue.Http.PostAsync(new Uri("/v2/orders", UriKind.Relative), content, cancellationToken);
            }
            catch (HttpRequestException)
            {
                outcome = "cut";
            }

            lock (outcomes) outcomes.Add(id, outcome);
        });
        var taken = venue.ReadLedger().Orders.Select(o => o.ClientOrderId).ToHashSet(StringComparer.Ordinal);
        return outcomes.ToDictionary(o => o.Key, o => $"{(taken.Contains(o.Key) ? "taken" : "lost")}, {o.Value}", StringComparer.Ordinal);
    }
}
