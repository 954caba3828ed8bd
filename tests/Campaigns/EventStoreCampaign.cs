using System.Globalization;
using AlgoStack.Campaigns.Trials;

namespace AlgoStack.Campaigns;

internal static class EventStoreCampaign
{
    public static async Task<int> RunAsync(string[] options)
    {
        var seed = int.Parse(options[0], CultureInfo.InvariantCulture);
        var kills = int.Parse(options[1], CultureInfo.InvariantCulture);
        var outcome = await CrashRound.RunAsync(seed, Enum.GetValues<Target>().ToDictionary(t => t, _ => kills), s => Console.WriteLine($"{Environment.TickCount64 / 100 % 10000} {s}"));
        Console.WriteLine(outcome);
        Console.WriteLine(await ContentionRound.RunAsync(seed, Processes.WriterLoad.AnyVersion, 4, 16, 20));
        Console.WriteLine(await ContentionRound.RunAsync(seed, Processes.WriterLoad.ExpectedVersion, 2, 4, 50));
        Console.WriteLine(await ContentionRound.RunAsync(seed, Processes.WriterLoad.Mixed, 4, 16, 20));
        outcome = await HeldTransactionRound.RunAsync(seed, 5);
        Console.WriteLine(outcome);
        foreach (var violation in outcome.Violations.Take(30)) Console.WriteLine(violation);
        return outcome.Violations.Count == 0 ? 0 : 1;
    }
}
