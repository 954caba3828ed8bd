using System.Globalization;

namespace AlgoStack.Ingestion.Tape;

/// <summary>The SQL of a kind. It is made of the kind's own names, numbers and dates alone: nothing of it comes from outside.</summary>
internal sealed class TapeStatements(TapeKind kind)
{
    private readonly string _columns =
        $"{kind.Subject}, {(kind.Scope is null ? "" : $"{kind.Scope}, ")}{kind.Time}, {string.Join(", ", kind.Fields.Select(f => $"\"{f.Name}\""))}, revision";

    /// <summary>Fields of a row in <see cref="CopyIn"/>.</summary>
    public short Columns { get; } = (short)(3 + (kind.Scope is null ? 0 : 1) + kind.Fields.Count);

    /// <summary>Subjects $1, days $2 to $3, scope $4.</summary>
    public string LedgerDays { get; } =
        $"""
        select {kind.Subject}, day, {kind.LedgerCount}, first_at, last_at, hash_high, hash_low
        from {kind.Ledger}
        where {kind.Subject} = any($1) and day between $2 and $3{(kind.Scope is null ? "" : $" and {kind.Scope} = $4")}
        """;

    /// <summary>Subjects $1, days $2, counts $3, firsts $4, lasts $5, hashes $6 and $7, scope $8.</summary>
    public string LedgerChanges { get; } =
        $"""
        insert into {kind.Ledger} ({kind.Subject}, {(kind.Scope is null ? "" : $"{kind.Scope}, ")}day, {kind.LedgerCount}, first_at, last_at, hash_high, hash_low)
        select n.subject, {(kind.Scope is null ? "" : "$8, ")}n.day, n.rows, n.first_at, n.last_at, n.hash_high, n.hash_low
        from unnest($1, $2, $3, $4, $5, $6, $7) as n (subject, day, rows, first_at, last_at, hash_high, hash_low)
        on conflict ({kind.Subject}, {(kind.Scope is null ? "" : $"{kind.Scope}, ")}day) do update
        set {kind.LedgerCount} = excluded.{kind.LedgerCount}, first_at = excluded.first_at, last_at = excluded.last_at,
            hash_high = excluded.hash_high, hash_low = excluded.hash_low
        """;

    /// <summary>The first day of a subject $1 that is needed for $3 rows up to the day $2, which may count in part; scope $4.</summary>
    public string FirstDay { get; } =
        $"""
        select min(d.day)
        from (
            select day, sum(case when day < $2 then {kind.LedgerCount} else 0 end) over (order by day desc) - {kind.LedgerCount} as later
            from {kind.Ledger}
            where {kind.Subject} = $1 and day <= $2{(kind.Scope is null ? "" : $" and {kind.Scope} = $4")}
        ) d
        where d.later < $3
        """;

    /// <summary>Into one month alone, which saves the server finding it anew for each row.</summary>
    public string CopyIn(long month) => $"copy {kind.Partition(DateOnly.FromDateTime(kind.ToTime(month)))} ({_columns}) from stdin (format binary)";

    /// <summary>Rows as of a revision, in the order of the tape.</summary>
    public string CopyOut(TapeRange range) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        copy (
            select {kind.Subject}, {kind.Time}, {string.Join(", ", kind.Fields.Select(f => $"\"{f.Name}\""))}, revision
            from {kind.Table}
            where {kind.Subject} in ({string.Join(", ", range.Subjects)}){(kind.Scope is null ? "" : $" and {kind.Scope} = {range.Scope}")}
              and {kind.Time} between {Literal(range.From)} and {Literal(range.To)}
              and revision <= {range.Revision}{KnownBy(range)}
        ) to stdout (format binary)
        """);

    private string KnownBy(TapeRange range) =>
        range.KnownBy is { } day && kind.IndexOf(FieldRole.Vintage) is >= 0 and var field
            ? string.Create(CultureInfo.InvariantCulture, $" and {kind.Fields[field].Name} <= '{day:yyyy-MM-dd}'")
            : "";

    private string Literal(long at) => at == long.MinValue ? "'-infinity'"
        : at == long.MaxValue ? "'infinity'"
        : string.Create(CultureInfo.InvariantCulture, $"'{kind.ToTime(at):yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}'");
}
