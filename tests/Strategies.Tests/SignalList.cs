using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Strategies.Tests;

/// <summary>What a strategy said over some bars, with a hash of all of it to the last bit.</summary>
internal sealed class SignalList
{
    private SignalList(StrategyEntry strategy, IReadOnlyList<(Bar Bar, Verdict Verdict)> signals)
    {
        Strategy = strategy;
        Signals = signals;
    }

    public StrategyEntry Strategy { get; }

    public IReadOnlyList<(Bar Bar, Verdict Verdict)> Signals { get; }

    /// <summary>First 16 digits of the SHA-256 over every number of every signal.</summary>
    public string Hash
    {
        get
        {
            var text = new StringBuilder();
            foreach (var (bar, verdict) in Signals)
            {
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"{bar.CloseMs} {verdict.Direction} {verdict.Score:R} {verdict.Regime} {verdict.Target:R} {verdict.Stop:R} {verdict.ExpiryBars} {verdict.Explanation.RulesHeld}");
                foreach (var input in verdict.Explanation.Inputs) text.Append(CultureInfo.InvariantCulture, $" {input:R}");
                foreach (var part in verdict.Explanation.ScoreParts) text.Append(CultureInfo.InvariantCulture, $" {part:R}");
                text.Append('\n');
            }

            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
        }
    }

    /// <summary>As a person reads it: the day, then the sentence.</summary>
    public IReadOnlyList<string> Sentences =>
        [.. Signals.Select(s => string.Create(
            CultureInfo.InvariantCulture, $"{s.Bar.CloseTime:yyyy-MM-dd} {Strategy.Describe(s.Verdict, s.Bar.Close)}"))];

    public static SignalList Of(string strategy, IEnumerable<Bar> bars)
    {
        var entry = StrategyCatalog.Find(strategy);
        var runner = entry.NewRunner();
        var signals = new List<(Bar, Verdict)>();
        foreach (var bar in bars)
        {
            if (runner.OnBar(0, bar, out var verdict)) signals.Add((bar, verdict));
        }

        return new SignalList(entry, signals);
    }
}
