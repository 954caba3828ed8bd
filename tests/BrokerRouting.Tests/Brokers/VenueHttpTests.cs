using System.Net;
using System.Net.Sockets;
using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace AlgoStack.BrokerRouting.Tests.Brokers;

public sealed class VenueHttpTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly HurryingClock _clock = new();

    [Fact]
    public async Task Nobody_at_the_address_is_provably_not_sent()
    {
        using var http = new VenueHttp(UnusedAddress(), Deadline, _clock);

        (await http.SendAsync(Post(), default)).Should().BeOfType<VenueAnswer.NotSent>();
    }

    [Fact]
    public async Task A_connection_that_ends_after_the_request_leaves_it_open_whether_it_was_heard()
    {
        await using var venue = await VenueAsync(Drop);
        using var http = new VenueHttp(venue.Address, Deadline, _clock);

        (await http.SendAsync(Post(), default)).Should().BeOfType<VenueAnswer.Lost>();
    }

    [Theory]
    [InlineData("POST", true)]
    [InlineData("POST", false)]
    [InlineData("DELETE", false)]
    public async Task A_change_on_a_kept_connection_that_ends_is_heard_once(string method, bool hasBody)
    {
        await using var venue = await VenueAsync(context => context.Request.Path == "/first"
            ? context.Response.WriteAsync("{}", context.RequestAborted)
            : Drop(context));
        using var http = new VenueHttp(venue.Address, Deadline, _clock);
        await http.SendAsync(new HttpRequestMessage(HttpMethod.Get, "first"), default);

        using var request = new HttpRequestMessage(new HttpMethod(method), "order");
        if (hasBody) request.Content = new StringContent("{}");
        var answer = await http.SendAsync(request, default);

        answer.Should().BeOfType<VenueAnswer.Lost>();
        venue.Asked.Should().Equal("/first", "/order");
    }

    [Fact]
    public async Task An_answer_that_does_not_come_in_time_is_lost()
    {
        await using var venue = await VenueAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        using var http = new VenueHttp(venue.Address, TimeSpan.FromMilliseconds(300), TimeProvider.System);

        (await http.SendAsync(Post(), default)).Should().BeOfType<VenueAnswer.Lost>().Which.Reason.Should().Contain("0.3 s");
    }

    [Fact]
    public async Task What_is_given_up_before_it_is_on_its_way_is_provably_not_sent()
    {
        await using var venue = await VenueAsync(context => context.Response.WriteAsync("{}", context.RequestAborted));
        using var http = new VenueHttp(venue.Address, Deadline, _clock);

        (await http.SendAsync(Post(), new CancellationToken(canceled: true))).Should().BeOfType<VenueAnswer.NotSent>();
        venue.Asked.Should().BeEmpty();
    }

    [Fact]
    public async Task What_is_on_its_way_goes_on_to_its_answer_though_it_is_given_up()
    {
        using var givenUp = new CancellationTokenSource();
        await using var venue = await VenueAsync(async context =>
        {
            await givenUp.CancelAsync();
            await context.Response.WriteAsync("{}", context.RequestAborted);
        });
        using var http = new VenueHttp(venue.Address, Deadline, _clock);

        (await http.SendAsync(Post(), givenUp.Token)).Should().BeOfType<VenueAnswer.Given>();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_of_ten_megabytes_is_not_read(bool saysHowLong)
    {
        await using var venue = await VenueAsync(async context =>
        {
            var chunk = new byte[1 << 16];
            if (saysHowLong) context.Response.ContentLength = 160 * chunk.Length;
            for (var i = 0; i < 160; i++) await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
        });
        using var http = new VenueHttp(venue.Address, Deadline, _clock);

        (await http.SendAsync(Post(), default)).Should().BeOfType<VenueAnswer.Lost>().Which.Reason.Should().Contain("1048576");
    }

    [Fact]
    public async Task A_redirect_is_an_answer_and_is_not_followed()
    {
        await using var venue = await VenueAsync(context =>
        {
            context.Response.Redirect("/elsewhere", permanent: true, preserveMethod: true);
            return Task.CompletedTask;
        });
        using var http = new VenueHttp(venue.Address, Deadline, _clock);

        (await http.SendAsync(Post(), default)).Should().BeOfType<VenueAnswer.Given>().Which.Status.Should().Be(308);
        venue.Asked.Should().ContainSingle();
    }

    [Fact]
    public async Task A_question_is_asked_five_times_more_at_growing_distances()
    {
        await using var venue = await VenueAsync(context =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        });
        using var http = new VenueHttp(venue.Address, Deadline, _clock);

        var answer = await http.AskAsync(_ => Task.FromResult(new HttpRequestMessage(HttpMethod.Get, "x")), given => given.Status >= 500, default);

        answer.Should().BeOfType<VenueAnswer.Given>().Which.Status.Should().Be(503);
        venue.Asked.Should().HaveCount(6);
        _clock.Delays.Should().HaveCount(5);
        _clock.Delays.Select((delay, i) => delay.TotalSeconds / Math.Pow(2, i)).Should().OnlyContain(ratio => ratio >= 0.75 && ratio <= 1.25);
    }

    [Fact]
    public void No_delay_is_longer_than_thirty_two_seconds_and_a_quarter()
    {
        Enumerable.Range(0, 40).Select(VenueHttp.RetryAfter).Max().Should().BeLessThanOrEqualTo(TimeSpan.FromSeconds(40));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-5)]
    [InlineData(0)]
    public async Task The_dates_of_answers_tell_how_far_the_clocks_are_apart(int seconds)
    {
        await using var venue = await VenueAsync(context =>
        {
            context.Response.Headers.Date = TimeProvider.System.GetUtcNow().AddSeconds(seconds).ToString("R");
            return Task.CompletedTask;
        });
        using var http = new VenueHttp(venue.Address, Deadline, TimeProvider.System);
        http.ClockSkew.Should().BeNull();

        var sentAt = TimeProvider.System.GetTimestamp();
        await http.SendAsync(Post(), default);
        var took = TimeProvider.System.GetElapsedTime(sentAt);

        // Whole seconds: up to one of them cannot be told, nor when on its way the answer was dated; where there may be none, none is claimed.
        http.ClockSkew!.Value.Should().BeCloseTo(TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(1) + took);
        if (seconds == 0) http.ClockSkew.Should().Be(TimeSpan.Zero);
    }

    internal static Uri UnusedAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
    }

    private static Task Drop(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    private static HttpRequestMessage Post() => new(HttpMethod.Post, "order") { Content = new StringContent("{}") };

    private static Task<HttpPeer> VenueAsync(RequestDelegate answer) => HttpPeer.StartAsync(routes => routes.Map("/{**path}", answer));
}
