namespace AlgoStack.Contracts.Operations;

/// <summary>What was exported to a file.</summary>
/// <param name="State"><c>archived</c>: the file alone has it; <c>restored</c>: the database has it again; <c>leaving</c>: both, for now.</param>
/// <param name="Bytes">Of the compressed file, as <paramref name="Sha256"/> is.</param>
public sealed record ArchiveStatus(string Name, string State, long Rows, long Bytes, string Sha256, DateTimeOffset WrittenAt);
