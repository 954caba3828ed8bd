using System.Globalization;
using AlgoStack.ServiceDefaults.Configuration;

namespace AlgoStack.Alerting.Rules;

/// <param name="LeastScore">Signals below it are not told, 0 to 1.</param>
public sealed record RuleOptions(double LeastScore)
{
    private const string LeastScoreKey = "Rules:LeastScore";
    private const double DefaultLeastScore = 0.5;

    /// <exception cref="InvalidConfigurationException">A value is not what it should be.</exception>
    public static RuleOptions Read(IConfiguration configuration)
    {
        if (configuration[LeastScoreKey] is not { Length: > 0 } text) return new RuleOptions(DefaultLeastScore);

        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var score) && score is >= 0 and <= 1
            ? new RuleOptions(score)
            : throw new InvalidConfigurationException(LeastScoreKey, $"is '{text}': expected a number from 0 to 1, as in 0.5.");
    }
}
