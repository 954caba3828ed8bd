using System.Globalization;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;
using Xunit.Abstractions;

namespace AlgoStack.SystemTests;

/// <summary>Kills processes, as <c>kill -9</c> does, in the middle of a paced replay. <c>./test --all</c> kills each there is, else the four that trade.</summary>
[Collection(SystemCollection.Name)]
public sealed class NothingIsLostInAKill(RunningSystem system, ITestOutputHelper output) : IDisposable
{
    private const int Symbols = 10;
    private const int Instants = 500;

    /// <summary>For what is killed to come back and the session to reach the next kill. RabbitMQ takes ten seconds by itself.</summary>
    private static readonly TimeSpan NextTimeout = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan EndTimeout = TimeSpan.FromMinutes(4);

    private static readonly bool All = Environment.GetEnvironmentVariable("ALGOSTACK_TEST_ALL") is "1";

    private readonly string _file = Path.Combine(Path.GetTempPath(), $"algostack-kills-{Guid.NewGuid():n}.csv");

    [Fact]
    public async Task A_replay_in_which_processes_are_killed_ends_as_one_in_which_none_is()
    {
        string[] victims = All
            ? ["ingestion", "signal", "broker-routing", "alerting", "backtest", "gateway", "postgres", "messaging"]
            : ["signal", "broker-routing", "postgres", "messaging"];
        await WriteMinutesAsync();
        var undisturbed = await system.EndAsync(await system.StartReplayAsync(_file, "max"), EndTimeout);
        undisturbed.Session.BarsAccepted.Should().Be(Symbols * Instants);
        undisturbed.Routing.Fills.Should().BePositive();

        // A minute a batch: 500 of them take a minute at 500x, two at 250x.
        var session = await system.StartReplayAsync(_file, All ? "250x" : "500x");
        for (var kill = 0; kill < victims.Length; kill++)
        {
            // At even distances over the session, whether or not what was killed before is back.
            var batch = Instants * (kill + 1) / (victims.Length + 1);
            await Eventually.True(
                async () => (await system.ProgressAsync(session))?.LastSequence >= batch, NextTimeout, $"routing comes to batch {batch} of {Instants}, where {victims[kill]} is killed");
            system.Kill(victims[kill]);
            output.WriteLine($"{victims[kill]} was killed after batch {batch}");
        }

        var outcome = await system.EndAsync(session, EndTimeout);
        foreach (var victim in victims)
        {
            system.CrashesOf(victim).Should().BePositive("{0} was killed", victim);
            await Eventually.Equal("healthy", () => system.StateOf(victim), NextTimeout);
        }

        outcome.Totals.Should().Be(undisturbed.Totals);
        var parity = await system.ParityAsync(session);
        parity.FirstDifference.Should().BeNull();
        (parity.Score, parity.SignalsEqual, parity.IntentsEqual).Should().Be((1, undisturbed.Routing.Signals, undisturbed.Routing.Intents));
    }

    public void Dispose() => File.Delete(_file);

    /// <summary>The shipped days as minutes of several symbols, so that a paced run of many signals takes no hour.</summary>
    private async Task WriteMinutesAsync()
    {
        var days = (await File.ReadAllLinesAsync(Path.Combine(Repository.Root, "data", "sp500-2000", "sp500-2000.csv"))).Skip(1).Select(line => line.Split(',')).ToArray();
        var start = new DateTimeOffset(2020, 1, 6, 0, 0, 0, TimeSpan.Zero);
        await using var file = new StreamWriter(_file);
        await file.WriteLineAsync("timestamp,symbol,open,high,low,close,volume");
        for (var symbol = 0; symbol < Symbols; symbol++)
        {
            for (var minute = 0; minute < Instants; minute++)
            {
                var day = days[(symbol * Instants) + minute];
                await file.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{start.AddMinutes(minute):yyyy-MM-dd'T'HH:mm:ss'Z'},KILL{symbol},{day[1]},{day[2]},{day[3]},{day[4]},{day[6]}"));
            }
        }
    }
}
