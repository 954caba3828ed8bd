using System.Globalization;

namespace AlgoStack.Campaigns;

/// <param name="Seed">Makes all schedules.</param>
/// <param name="Kills">Of each target.</param>
/// <param name="Longest">After this nothing new is begun.</param>
/// <param name="Combinations">Of the sweep.</param>
/// <param name="Orders">That an account is asked for.</param>
/// <param name="From">The number of the first odd request.</param>
/// <param name="Count">Of odd requests.</param>
internal sealed record CampaignOptions(int Seed, int Kills, TimeSpan Longest, int Combinations, int Orders, int From, int Count)
{
    private const int DefaultKills = 100;
    private const int DefaultCombinations = 5_000;
    private const int DefaultOrders = 10_000;
    private const int DefaultCount = 100_000;

    /// <exception cref="FormatException">An option is unknown, or its value no number that it takes.</exception>
    public static CampaignOptions Parse(string campaign, string[] args)
    {
        var options = new CampaignOptions(Random.Shared.Next(1_000_000), DefaultKills, TimeSpan.FromDays(1), DefaultCombinations, DefaultOrders, 0, DefaultCount);
        for (var i = 0; i < args.Length; i += 2)
        {
            var number = i + 1 < args.Length && int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var value)
                ? value
                : throw new FormatException($"{args[i]} needs a number, such as {args[i]} 10.");
            options = args[i] switch
            {
                "--seed" => options with { Seed = number },
                "--kills" => options with { Kills = number },
                "--combinations" when campaign == "sweep" => options with { Combinations = number },
                "--orders" when campaign == "orders" => options with { Orders = number },
                "--from" when campaign == "fuzz" => options with { From = number },
                "--count" when campaign == "fuzz" => options with { Count = number },
                "--minutes" when campaign is "event-store" or "fuzz" => options with { Longest = TimeSpan.FromMinutes(number) },
                _ => throw new FormatException($"Unknown option {args[i]} of {campaign}."),
            };
        }

        return options;
    }
}
