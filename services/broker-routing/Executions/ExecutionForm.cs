using System.Globalization;
using AlgoStack.Contracts.Orders;
using AlgoStack.Trading.Executions;
using AlgoStack.Trading.Orders;

namespace AlgoStack.BrokerRouting.Executions;

/// <summary>What a parent order may be asked to be.</summary>
internal static class ExecutionForm
{
    public const int MostSlices = 1_000;

    /// <summary>Of a weight of a profile: what is multiplied by it stays exact.</summary>
    private const decimal MostVolume = 1_000_000_000;

    private const int LongestName = 100;
    private static readonly TimeSpan ShortestSlice = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    /// <summary>Null where it makes sense, else why not.</summary>
    /// <param name="start">When it is to start.</param>
    /// <param name="now">When it was asked for.</param>
    public static string? WhyNot(SubmitExecution command, ExecutionAlgorithm algorithm, DateTimeOffset start, DateTimeOffset now)
    {
        if (command.Quantity <= 0) return Expected("a quantity above zero", command.Quantity);
        if (command.LimitPrice <= 0) return Expected("limitPrice above zero", command.LimitPrice);
        if (LargestFigures.WhyNot(command.Quantity, command.LimitPrice) is { } why) return why;
        if (command.Strategy is { Length: 0 or > LongestName }) return $"Expected a strategy's name of 1 to {LongestName} characters, found {command.Strategy.Length}.";
        if (start < now || start > now + Longest) return $"Expected a startAt from now to {Longest.Days} days from now, found {start:O}.";
        if (command.EndAt is { } end && (end <= start || end > start + Longest)) return $"Expected an endAt after {start:O} and within {Longest.Days} days of it, found {end:O}.";

        return algorithm == ExecutionAlgorithm.Iceberg ? WhyNotIceberg(command) : WhyNotTimed(command, algorithm, start);
    }

    private static string? WhyNotIceberg(SubmitExecution command)
    {
        if (command.LimitPrice is null) return "An iceberg is a limit order: expected a limitPrice, found none.";
        if (command.DisplayQuantity is not > 0 || command.DisplayQuantity > command.Quantity) return Expected("a displayQuantity above zero and up to the quantity", command.DisplayQuantity);
        if (command.Quantity / command.DisplayQuantity > MostSlices) return Expected($"a displayQuantity of at least the {MostSlices}th part of the quantity", command.DisplayQuantity);
        return command.Slices is null && command.VolumeProfile is null ? null : "An iceberg shows the next part when the one before has traded: expected neither slices nor volumeProfile.";
    }

    private static string? WhyNotTimed(SubmitExecution command, ExecutionAlgorithm algorithm, DateTimeOffset start)
    {
        if (command.DisplayQuantity is not null) return $"Expected no displayQuantity, which is an iceberg's, found {command.DisplayQuantity.Value.ToString(CultureInfo.InvariantCulture)}.";
        if (command.EndAt is not { } end) return "Expected an endAt, found none.";

        var profile = command.VolumeProfile;
        if (algorithm == ExecutionAlgorithm.Twap && profile is not null) return "Expected no volumeProfile, which is a Vwap's, found one.";
        if ((command.Slices ?? profile?.Count) is not (> 0 and <= MostSlices and var slices)) return $"Expected 1 to {MostSlices} slices, found {command.Slices?.ToString(CultureInfo.InvariantCulture) ?? "none"}.";
        if (profile is not null && profile.Count != slices) return $"Expected as many slices as the volumeProfile has, {profile.Count}, found {slices}.";
        if (profile is not null && (profile.Any(v => v is < 0 or > MostVolume) || profile.Sum() == 0)) return $"Expected volumes from 0 to {MostVolume}, one of them above 0.";
        return end - start < slices * ShortestSlice ? $"Expected at least {ShortestSlice.TotalSeconds:0} s a slice, found {end - start} for {slices}." : null;
    }

    private static string Expected(string what, decimal? found) =>
        string.Create(CultureInfo.InvariantCulture, $"Expected {what}, found {found?.ToString(CultureInfo.InvariantCulture) ?? "none"}.");
}
