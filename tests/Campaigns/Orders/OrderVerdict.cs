using System.Globalization;

namespace AlgoStack.Campaigns.Orders;

/// <summary>What a trial came to.</summary>
/// <param name="Asked">Orders, each answered in the end.</param>
/// <param name="AskedAgain">Requests that had no answer, or one that says to come again.</param>
/// <param name="Closing">Orders that closed a position.</param>
/// <param name="Unknown">Times that nobody knew whether an order was at the venue.</param>
/// <param name="SentAgain">Times that one which had not arrived was sent again.</param>
/// <param name="Ends">How orders ended, and how many did.</param>
internal sealed record OrderVerdict(
    int Asked,
    int AskedAgain,
    int Closing,
    int AtVenue,
    int Fills,
    int Unknown,
    int SentAgain,
    int Proofs,
    IReadOnlyDictionary<string, int> Ends,
    IReadOnlyList<string> Violations)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Asked} orders asked for, {AskedAgain} requests asked again, {Closing} to close, {AtVenue} at the venue, {Fills} fills, {Unknown} times unknown, {SentAgain} sent again, {Proofs} proofs; {string.Join(", ", Ends.Select(e => $"{e.Value} {e.Key}"))}");
}
