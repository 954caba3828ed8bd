using System.Net;
using AlgoStack.ServiceDefaults.Configuration;
using AlgoStack.ServiceDefaults.Http;
using AlgoStack.Testing.Services;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace AlgoStack.ServiceDefaults.Tests.Http;

public sealed class ServiceClientTests
{
    [Fact]
    public async Task A_service_is_found_by_its_name()
    {
        await using var other = await TestService.StartAsync(map: app => app.MapGet("/hello/{name}", (string name) => $"hello {name}"));
        var client = Client(("services:other:http:0", other.Http.BaseAddress!.ToString()));

        (await client.GetAsync("hello/bars?x=1")).Should().Be("hello bars");
    }

    [Fact]
    public async Task Replicas_are_asked_in_turns()
    {
        await using var first = await TestService.StartAsync(map: app => app.MapGet("/who", () => "first"));
        await using var second = await TestService.StartAsync(map: app => app.MapGet("/who", () => "second"));
        var client = Client(
            ("services:other:http:0", first.Http.BaseAddress!.ToString()), ("services:other:http:1", second.Http.BaseAddress!.ToString()));

        var asked = new[] { await client.GetAsync("who"), await client.GetAsync("who") };

        asked.Should().BeEquivalentTo("first", "second");
    }

    [Theory]
    [InlineData(null, "services:other:http:0 is missing: expected an address such as http://localhost:5000.")]
    [InlineData("localhost", "services:other:http:0 is \"localhost\": expected an address such as http://localhost:5000.")]
    public void A_service_without_an_address_is_a_configuration_error(string? address, string sentence)
    {
        var register = () => Client(("services:other:http:0", address));

        register.Should().Throw<InvalidConfigurationException>().WithMessage(sentence);
    }

    [Fact]
    public async Task A_read_is_tried_five_times_more_waiting_from_1_to_16_seconds()
    {
        var clock = new HurryingClock();
        var (http, calls) = Failing(clock, HttpStatusCode.ServiceUnavailable);

        using var answer = await http.GetAsync(new Uri("http://other/"));

        answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        calls().Should().Be(6);
        clock.Delays.Should().HaveCount(5);
        foreach (var (delay, expected) in clock.Delays.Zip([1, 2, 4, 8, 16]))
            delay.TotalSeconds.Should().BeInRange(expected * 0.75, expected * 1.25);
    }

    [Fact]
    public async Task A_read_stops_being_tried_once_it_is_answered()
    {
        var clock = new HurryingClock();
        var (http, calls) = Failing(clock, HttpStatusCode.NotFound);

        using var answer = await http.GetAsync(new Uri("http://other/"));

        answer.StatusCode.Should().Be(HttpStatusCode.NotFound);
        calls().Should().Be(1);
    }

    [Fact]
    public async Task A_post_is_never_tried_again()
    {
        var clock = new HurryingClock();
        var (http, calls) = Failing(clock, HttpStatusCode.ServiceUnavailable);

        using var answer = await http.PostAsync(new Uri("http://other/orders"), content: null);

        answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        calls().Should().Be(1);
        clock.Delays.Should().BeEmpty();
    }

    private static Greeter Client(params (string Key, string? Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Configuration.AddInMemoryCollection(ServiceAccess.Settings);
        foreach (var (key, value) in settings) builder.Configuration[key] = value;
        builder.AddServiceClient<Greeter>("other");
        return builder.Services.BuildServiceProvider().GetRequiredService<Greeter>();
    }

    private static (HttpClient Http, Func<int> Calls) Failing(TimeProvider clock, HttpStatusCode status)
    {
        var answers = new Answers(status);
        return (new HttpClient(new RetriedReads(clock) { InnerHandler = answers }), () => answers.Calls);
    }

    private sealed class Greeter(HttpClient http)
    {
        public Task<string> GetAsync(string path) => http.GetStringAsync(new Uri(path, UriKind.Relative));
    }

    private sealed class Answers(HttpStatusCode status) : HttpMessageHandler
    {
        public int Calls { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Calls++;
            return Task.FromResult(new HttpResponseMessage(status));
        }
    }

    /// <summary>Lets a delay pass at once and remembers how long it was; longer waits are time limits and never pass.</summary>
    private sealed class HurryingClock : TimeProvider
    {
        private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(25);

        public List<TimeSpan> Delays { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime <= TimeSpan.Zero || dueTime > LongestDelay) return base.CreateTimer(callback, state, dueTime, period);

            Delays.Add(dueTime);
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
