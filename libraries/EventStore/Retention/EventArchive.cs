namespace AlgoStack.EventStore.Retention;

/// <summary>Events that were exported together.</summary>
/// <param name="Rows">How many, of the sequence numbers between the first and the last.</param>
/// <param name="Sha256">Of the compressed file.</param>
/// <param name="DeletedAt">Null while some of them are in the log.</param>
/// <param name="RestoredAt">Null unless they are in the log again.</param>
public sealed record EventArchive(
    string Name,
    long FirstSequence,
    long LastSequence,
    long Rows,
    long Bytes,
    string Sha256,
    DateTimeOffset WrittenAt,
    DateTimeOffset? DeletedAt,
    DateTimeOffset? RestoredAt)
{
    /// <summary><c>archived</c>: the file alone has them; <c>restored</c>: the log has them again; <c>leaving</c>: both, for now.</summary>
    public string State => RestoredAt is not null ? "restored" : DeletedAt is null ? "leaving" : "archived";
}
