namespace AlgoStack.BarFiles;

/// <param name="Headers">What files call it: lower-case letters and digits only, by spaces.</param>
/// <param name="Required">A file must have the column.</param>
public sealed record FileField(string Name, string Headers, bool Required);

/// <summary>What the rows of one kind of market data hold beside their time.</summary>
/// <param name="SubjectHeaders">What files call the column that says what a row is of.</param>
public sealed record FileShape(string SubjectHeaders, IReadOnlyList<FileField> Fields)
{
    public const string SymbolHeaders = "symbol ticker instrument sym";

    /// <summary>
    /// The header that is meant where a file has none: it is taken when the first line is as many numbers. Null when
    /// every file of the kind has a header.
    /// </summary>
    public string? Headerless { get; init; }
}
