using System.Diagnostics;
using System.Globalization;
using AlgoStack.Campaigns.Orders;

namespace AlgoStack.Campaigns;

/// <summary>An account at a broker, under kills and under a venue that lies.</summary>
internal sealed class OrdersCampaign(CampaignOptions options, TextWriter output)
{
    /// <summary>Of each target in one round, so that one that finds something is soon done again.</summary>
    private const int KillsPerRound = 10;

    private readonly Summary _summary = new(output);

    /// <summary>Goes on after a violation.</summary>
    /// <returns>0 when there was none, else 1.</returns>
    public async Task<int> RunAsync()
    {
        var started = Stopwatch.GetTimestamp();
        for (var (round, left) = (0, options.Kills); left > 0; round++, left -= KillsPerRound)
        {
            var kills = Math.Min(left, KillsPerRound);
            var orders = Math.Max(1, (int)((long)options.Orders * kills / options.Kills));
            var seed = options.Seed + round;
            await TryAsync("under kills", OrderLoad.Crash(seed, kills, orders), kills, orders);
            await TryAsync("at a venue that lies", OrderLoad.Chaos(seed, kills, orders), kills, orders);
        }

        _summary.Print(string.Create(
            CultureInfo.InvariantCulture, $"orders campaign, seed {options.Seed}, {Stopwatch.GetElapsedTime(started).TotalMinutes:0.0} min"));
        return _summary.HasViolations ? 1 : 0;
    }

    /// <summary>A trial that cannot go on, because something never comes back for example, is a violation too.</summary>
    private async Task TryAsync(string what, OrderLoad load, int kills, int orders)
    {
        var again = string.Create(CultureInfo.InvariantCulture, $"tests/campaign orders --seed {load.Seed} --kills {kills} --orders {orders}");
        output.WriteLine($"{what}: {again}");
        try
        {
            var verdict = await OrderTrial.RunAsync(load, output.WriteLine);
            _summary.Add(what, verdict.Asked, [.. verdict.Violations.Select(v => $"{again}: {v}")]);
            output.WriteLine($"{verdict}");
            foreach (var (target, times) in load.Kills) _summary.Count($"{what}: kill -9 of {Name(target)}", times);
            _summary.Count($"{what}: asked again, for want of an answer", verdict.AskedAgain);
            _summary.Count($"{what}: orders at the venue", verdict.AtVenue);
            _summary.Count($"{what}: fills, each booked once", verdict.Fills);
            _summary.Count($"{what}: times unknown whether it had arrived", verdict.Unknown);
            _summary.Count($"{what}: sent again, because it had not", verdict.SentAgain);
            _summary.Count($"{what}: times that the account was proven anew", verdict.Proofs);
        }
#pragma warning disable CA1031 // Whatever stopped it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _summary.Add(what, 0, [$"{again}: {e}"]);
        }
    }

    private static string Name(OrderTarget target) => target switch
    {
        OrderTarget.Routing => "broker-routing",
        OrderTarget.Postgres => "PostgreSQL",
        OrderTarget.RabbitMQ => "RabbitMQ",
        _ => "the venue",
    };
}
