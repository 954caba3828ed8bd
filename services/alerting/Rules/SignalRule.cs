using System.Globalization;
using System.Text;
using AlgoStack.Alerting.Alerts;
using AlgoStack.Contracts.Signals;

namespace AlgoStack.Alerting.Rules;

/// <summary>Signals of at least a score, told once a batch: what arrives together is told together.</summary>
public static class SignalRule
{
    public const string Name = "signals";

    /// <summary>Signals named one by one; the rest are counted.</summary>
    public const int MostNamed = 5;

    /// <param name="leastScore">Signals below it are not told, 0 to 1.</param>
    /// <returns>Null when no signal of the batch is to be told.</returns>
    public static AlertDraft? On(BarsEvaluated batch, double leastScore)
    {
        if (batch.WarmUp) return null;

        // The sort is stable: among equals the batch's own order stays.
        var told = batch.Signals.Where(signal => signal.Score >= leastScore).OrderByDescending(signal => signal.Score).ToArray();
        if (told.Length == 0) return null;

        var title = told.Length == 1
            ? Invariant($"Signal: {Words(told[0])}")
            : Invariant($"{told.Length} signals, strongest {Words(told[0])}");
        return new AlertDraft(
            AlertId.From(Name, batch.SessionId, Invariant($"{batch.Partition}"), Invariant($"{batch.Sequence}")),
            Severity.Info,
            Name,
            AlertText.Title(title),
            AlertText.Body(Text(told)),
            batch.SessionId);
    }

    private static string Text(SignalRaised[] told)
    {
        var text = new StringBuilder();
        foreach (var signal in told.Take(MostNamed))
        {
            text.Append(CultureInfo.InvariantCulture, $"{Words(signal)} at {signal.Close:0.########}, bar of {signal.BarClose.UtcDateTime:yyyy-MM-dd HH:mm} UTC: {signal.Rationale}\n");
        }

        if (told.Length > MostNamed) text.Append(CultureInfo.InvariantCulture, $"and {told.Length - MostNamed} more");
        return text.ToString();
    }

    private static string Words(SignalRaised signal) =>
        Invariant($"{signal.Strategy} {signal.Direction} {signal.Instrument} ({signal.Score:0.00})");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
