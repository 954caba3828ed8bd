using System.Text.Json;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Cli.Tests.Commands;

public sealed class EventsCommandTests
{
    [Fact]
    public async Task Without_a_service_the_newest_of_all_stores_are_printed_oldest_first()
    {
        await using var console = await FakeConsole.StartAsync();
        console.Stores = (_, service, _) => Task.FromResult(service switch
        {
            "broker-routing" => Page(Event(8, "order-1", 2, "order_filled", 5), Event(7, "order-1", 1, "order_requested", 1)),
            "signal" => Page(Event(3, "strategy-ema", 9, "batch_evaluated", 3)),
            "alerting" => Results.Problem("alerting cannot be reached.", statusCode: 503),
            _ => Page(),
        });

        var algo = await Algo.RunAsync(console, "events", "--limit", "2");

        algo.ExitCode.Should().Be(0);
        algo.Lines.Should().Equal(
            "2026-11-22 08:00:03.000Z  signal                 3  strategy-ema v9  batch_evaluated  Quantity=3 Price=1.50",
            "2026-11-22 08:00:05.000Z  broker-routing         8  order-1 v2  order_filled  Quantity=5 Price=1.50");
        algo.Error.Should().Contain("alerting: alerting cannot be reached.");
    }

    [Fact]
    public async Task What_is_asked_for_goes_into_the_query()
    {
        await using var console = await FakeConsole.StartAsync();
        console.Stores = (_, _, _) => Task.FromResult(Page());

        await Algo.RunAsync(
            console, "events", "--service", "signal", "--type", "batch_evaluated", "--correlation", "a b", "--from", "17", "--to", "2026-01-02");

        console.Asked.Should().Equal(
            "GET /api/v1/stores/signal/events?limit=20&type=batch_evaluated&correlation=a%20b&fromSequence=17&to=2026-01-02T00%3A00%3A00.0000000%2B00%3A00");
    }

    [Fact]
    public async Task A_stream_is_printed_as_a_timeline_page_by_page()
    {
        await using var console = await FakeConsole.StartAsync();
        console.Stores = (context, service, path) => Task.FromResult((service, path, context.Request.Query["fromSequence"].ToString()) switch
        {
            ("broker-routing", "stream", _) => Results.Ok(
                new { Id = "order-1", Version = 2, Created = FakeConsole.Start, LastAppended = FakeConsole.Start.AddSeconds(5), IsArchived = true }),
            ("broker-routing", "events", "4") => Page([Event(4, "order-1", 1, "order_requested", 1)], next: 8),
            ("broker-routing", "events", "8") => Page(Event(8, "order-1", 2, "order_filled", 5, cause: "m-1", correlation: "c-1")),
            _ => NoStream(),
        });

        var algo = await Algo.RunAsync(console, "events", "--stream", "order-1", "--from", "4");

        algo.ExitCode.Should().Be(0);
        algo.Lines.Should().Equal(
            "order-1 of broker-routing: version 2, 2026-11-22 08:00:00.000Z to 2026-11-22 08:00:05.000Z, archived",
            "2026-11-22 08:00:01.000Z       1  order_requested          Quantity=1 Price=1.50",
            "2026-11-22 08:00:05.000Z       2  order_filled             Quantity=5 Price=1.50  cause m-1  correlation c-1");

        algo = await Algo.RunAsync(console, "events", "--stream", "order-1", "--from", "4", "--json");
        algo.Json.GetProperty("version").GetInt64().Should().Be(2);
        algo.Json.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("data").GetProperty("Quantity").GetInt32()).Should().Equal(1, 5);
    }

    [Fact]
    public async Task A_stream_that_no_store_has_exits_5()
    {
        await using var console = await FakeConsole.StartAsync();
        console.Stores = (_, _, _) => Task.FromResult(NoStream());

        var algo = await Algo.RunAsync(console, "events", "--stream", "nobody");

        algo.ExitCode.Should().Be(5);
        algo.Error.Should().Contain("There is no stream nobody in broker-routing, signal, alerting, backtest.");
    }

    [Fact]
    public async Task Followed_events_are_printed_as_they_come_and_after_a_break_none_is_missed()
    {
        await using var console = await FakeConsole.StartAsync();
        console.Stores = async (context, _, _) =>
        {
            var after = context.Request.Query["after"].ToString();
            var e = after.Length == 0 ? Event(1, "order-1", 1, "order_requested", 1) : Event(2, "order-1", 2, "order_filled", 5);
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync(
                $"event: waiting\ndata: null\n\nevent: stored\ndata: {JsonSerializer.Serialize(e, JsonSerializerOptions.Web)}\n\n", context.RequestAborted);
            return Results.Empty;
        };

        var algo = await Algo.RunAsync(console, "events", "--follow", "--service", "broker-routing", "--limit", "2", "--json");

        algo.ExitCode.Should().Be(0);
        algo.Lines.Select(l => JsonDocument.Parse(l).RootElement.GetProperty("type").GetString()).Should().Equal("order_requested", "order_filled");
        console.Asked.Should().Equal(
            "GET /api/v1/stores/broker-routing/events/follow?after=", "GET /api/v1/stores/broker-routing/events/follow?after=1");
    }

    [Theory]
    [InlineData("--from", "yesterday-ish")]
    [InlineData("--limit", "0")]
    [InlineData("--service", "ingestion")]
    [InlineData("--follow", "--from", "3")]
    public async Task What_makes_no_sense_exits_2(params string[] arguments)
    {
        await using var console = await FakeConsole.StartAsync();

        (await Algo.RunAsync(console, ["events", .. arguments])).ExitCode.Should().Be(2);
        console.Asked.Should().BeEmpty();
    }

    private static object Event(
        long sequence, string stream, long version, string type, int quantity, string? cause = null, string? correlation = null) => new
        {
            Sequence = sequence,
            Id = Guid.Empty,
            Stream = stream,
            Version = version,
            Type = type,
            IsKnown = true,
            At = FakeConsole.Start.AddSeconds(quantity),
            Data = JsonDocument.Parse($$"""{"Quantity": {{quantity}}, "Price": 1.50, "Note": null}""").RootElement,
            CorrelationId = correlation,
            CausationId = cause,
        };

    private static IResult Page(params object[] events) => Page(events, next: null);

    private static IResult Page(object[] events, long? next) => Results.Ok(new { events, next });

    private static IResult NoStream() => Results.Problem(
        "There is no stream.", statusCode: 404, extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["code"] = "stream_not_found" });
}
