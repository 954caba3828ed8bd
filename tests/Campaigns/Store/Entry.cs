namespace AlgoStack.Campaigns.Store;

/// <summary>An element of a list, with enough of its session to tell a part from the whole.</summary>
/// <param name="Session">Names process, start of the process, worker and number.</param>
/// <param name="Part">From 1 to <paramref name="Parts"/>, in the order given to the session.</param>
/// <param name="After">The version the session expected the stream to be at; null for any.</param>
/// <param name="Message">The message that brought it about; null for none.</param>
internal sealed record Entry(string Session, int Part, int Parts, long? After = null, int? Message = null);

/// <summary>An entry that no inline projection takes, so that its session is rolled back after numbers were drawn.</summary>
internal sealed record Refused(string Session);

/// <summary>What a stream's entries come to.</summary>
internal sealed record Tally(long Entries, string? Last)
{
    public static readonly Tally None = new(0, null);

    public static Tally Apply(Tally tally, object e) => new(tally.Entries + 1, ((Entry)e).Session);
}
