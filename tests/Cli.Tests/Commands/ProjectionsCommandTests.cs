using FluentAssertions;
using Xunit;

namespace AlgoStack.Cli.Tests.Commands;

public sealed class ProjectionsCommandTests
{
    [Fact]
    public async Task Each_is_a_line_with_its_state_and_lag_and_what_stops_it_below()
    {
        await using var console = await FakeConsole.StartAsync();
        console.Stores = (_, service, _) => Task.FromResult(service == "broker-routing"
            ? Store(
                Projection("order_blotter", "poisoned", lag: 12, stopped: new { Why = "order_blotter:All stopped after sequence 88: no", By = "routing", Since = FakeConsole.Start, Sequence = 89 }),
                Projection("PublishOrderEvents", "running"))
            : Store());

        var algo = await Algo.RunAsync(console, "projections");

        algo.ExitCode.Should().Be(0);
        algo.Lines.Should().Equal(
            "                                                   state       position      lag",
            "broker-routing order_blotter          async        poisoned          88       12  42 s",
            "               order_blotter:All stopped after sequence 88: no (routing, 2026-11-22 08:00:00.000Z)",
            "broker-routing PublishOrderEvents     async        running           88        0");
    }

    [Fact]
    public async Task With_json_it_is_an_object_of_all_stores()
    {
        await using var console = await FakeConsole.StartAsync();
        console.Stores = (_, _, _) => Task.FromResult(Store(Projection("inbox", "running")));

        var stores = (await Algo.RunAsync(console, "projections", "--json")).Json.GetProperty("stores");

        stores.EnumerateArray().Select(s => s.GetProperty("service").GetString()).Should().Equal("broker-routing", "signal", "alerting", "backtest");
        stores[0].GetProperty("projections")[0].GetProperty("state").GetString().Should().Be("running");
    }

    [Fact]
    public async Task A_transaction_that_holds_the_log_back_is_named()
    {
        await using var console = await FakeConsole.StartAsync();
        console.Stores = (_, _, _) => Task.FromResult(Results.Ok(new
        {
            Mark = 5,
            Newest = 9,
            HeldBy = new { Pid = 1234, User = "ada", Application = "psql", State = "idle in transaction", TransactionSince = FakeConsole.Start, Query = "insert" },
            Projections = Array.Empty<object>(),
        }));

        var algo = await Algo.RunAsync(console, "projections", "--service", "signal");

        algo.Output.Should().Contain("the log may be read to 5 of 9: held by process 1234 (psql, idle in transaction) since 2026-11-22 08:00:00Z: insert");
    }

    [Theory]
    [InlineData("pause", "paused")]
    [InlineData("resume", "running")]
    public async Task An_order_goes_to_the_store_that_has_the_projection(string order, string state)
    {
        await using var console = await FakeConsole.StartAsync();
        console.Stores = (context, service, _) => Task.FromResult(
            context.Request.Method == "POST" ? Results.Ok(Projection("inbox", state))
            : service == "alerting" ? Store(Projection("inbox", "running"))
            : Store());

        var algo = await Algo.RunAsync(console, "projections", order, "inbox", "--why", "to look at it");

        algo.ExitCode.Should().Be(0);
        algo.Output.Should().Contain(state);
        console.Asked.Should().Contain($"POST /api/v1/stores/alerting/projections/inbox/{order}");
    }

    [Fact]
    public async Task A_rebuild_is_waited_for()
    {
        await using var console = await FakeConsole.StartAsync();
        var looks = 0;
        console.Stores = (context, _, _) => Task.FromResult(
            context.Request.Method == "POST" ? Results.Accepted(null, Projection("inbox", "inline", rebuild: Rebuild(null)))
            : ++looks < 3 ? Store(Projection("inbox", "inline", rebuild: Rebuild(null)))
            : Store(Projection("inbox", "inline")));

        var algo = await Algo.RunAsync(console, "projections", "rebuild", "inbox", "--service", "alerting");

        algo.ExitCode.Should().Be(0);
        algo.Error.Should().Contain("at 40 of 100");
        looks.Should().Be(3);
    }

    [Fact]
    public async Task A_rebuild_that_is_given_up_exits_1()
    {
        await using var console = await FakeConsole.StartAsync();
        console.Stores = (_, _, _) => Task.FromResult(Store(Projection("inbox", "inline", rebuild: Rebuild("event 7 is poison"))));
        var algo = await Algo.RunAsync(console, "projections", "rebuild", "outbox", "--service", "alerting");
        algo.ExitCode.Should().Be(5);
        algo.Error.Should().Contain("'outbox' is none of inbox.");

        console.Stores = (context, _, _) => Task.FromResult(
            context.Request.Method == "POST" ? Results.Accepted(null, Projection("inbox", "inline", rebuild: Rebuild("event 7 is poison")))
            : Store(Projection("inbox", "inline")));
        algo = await Algo.RunAsync(console, "projections", "rebuild", "inbox", "--service", "alerting");

        algo.ExitCode.Should().Be(1);
        algo.Error.Should().Contain("The rebuild was given up, and the old one serves: event 7 is poison");
    }

    [Fact]
    public async Task A_name_that_two_stores_have_needs_a_service()
    {
        await using var console = await FakeConsole.StartAsync();
        console.Stores = (_, _, _) => Task.FromResult(Store(Projection("inbox", "running")));

        var algo = await Algo.RunAsync(console, "projections", "pause", "inbox");

        algo.ExitCode.Should().Be(2);
        algo.Error.Should().Contain("say which with --service");
    }

    private static IResult Store(params object[] projections) => Results.Ok(new { Mark = 100, Newest = 100, Projections = projections });

    private static object Rebuild(string? error) => new { Position = 40, By = "ada", RequestedAt = FakeConsole.Start, Error = error };

    private static object Projection(string name, string state, long lag = 0, object? stopped = null, object? rebuild = null) => new
    {
        Name = name,
        Kind = "async",
        State = state,
        Position = 88,
        Lag = lag,
        LagSeconds = lag == 0 ? 0 : 42.4,
        Stopped = stopped,
        Rebuild = rebuild,
    };
}
