using System.Collections.Frozen;

namespace AlgoStack.Gateway.Push;

/// <summary>What one client wants to hear of. Null: of any.</summary>
/// <param name="Id">The client's name for it.</param>
/// <param name="From">What comes after this number.</param>
internal sealed record PushSubscription(
    string Id, PushKinds Kinds, FrozenSet<string>? Instruments, string? Session, string? Account, long From = 0)
{
    private const string PaperPrefix = "paper-";
    private const string LiveSession = "live";

    /// <summary>What is of no instrument, session or account is wanted by its kind alone.</summary>
    public bool Wants(PushEvent pushed) =>
        (pushed.Kinds & Kinds) != PushKinds.None
        && pushed.Sequence > From
        && (Instruments is null || pushed.Instrument is null || Instruments.Contains(pushed.Instrument))
        && (Account is null || pushed.Account is null || pushed.Account == Account)
        && (Session is null || IsOf(pushed, Session));

    // Of an order only the account tells of which session it is.
    private static bool IsOf(PushEvent pushed, string session) =>
        pushed.Session is { } named ? named == session : pushed.Account is not { } account || Trades(session, account);

    // Each on a paper account of its own, the one that goes on for ever at venues too.
    private static bool Trades(string session, string account) =>
        account.StartsWith(PaperPrefix, StringComparison.Ordinal) ? account.AsSpan(PaperPrefix.Length).SequenceEqual(session) : session == LiveSession;
}
