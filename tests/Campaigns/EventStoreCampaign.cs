using System.Globalization;
using AlgoStack.Campaigns.Crashes;

namespace AlgoStack.Campaigns;

internal static class EventStoreCampaign
{
    public static async Task<int> RunAsync(string[] options)
    {
        var seed = int.Parse(options[0], CultureInfo.InvariantCulture);
        var kills = int.Parse(options[1], CultureInfo.InvariantCulture);
        var outcome = await CrashRound.RunAsync(seed, Enum.GetValues<Target>().ToDictionary(t => t, _ => kills));
        Console.WriteLine(outcome);
        foreach (var violation in outcome.Violations.Take(30)) Console.WriteLine(violation);
        return outcome.Violations.Count == 0 ? 0 : 1;
    }
}
