using AlgoStack.Contracts.MarketData;

namespace AlgoStack.Ingestion.Tape;

/// <summary>Rows of one kind in columns, in order of time.</summary>
/// <param name="Scope">The value of the kind's scope, as a timeframe in seconds; 0 where it has none.</param>
/// <param name="Subjects">Numbers of instruments or series on the tape, which the rows refer to by place.</param>
/// <param name="Subject">Of each row, its place among <paramref name="Subjects"/>.</param>
/// <param name="At">Of each row, its time in the kind's unit.</param>
/// <param name="Columns">One a field of the kind.</param>
internal sealed record TapeRows(TapeKind Kind, int Scope, int[] Subjects, int[] Subject, long[] At, TapeColumn[] Columns)
{
    private ContentHash[]? _hashes;

    public int Count => At.Length;

    public int SubjectOf(int row) => Subjects[Subject[row]];

    /// <summary>Works out what <see cref="HashOf"/> answers, so that it is there when it is asked for.</summary>
    public void Hash() => _hashes ??= [.. Enumerable.Range(0, Count).Select(HashAnew)];

    /// <summary>Of all that a row says, and when.</summary>
    public ContentHash HashOf(int row) => _hashes is null ? HashAnew(row) : _hashes[row];

    /// <summary>What tells a row from all others of its kind and scope.</summary>
    public RowKey KeyOf(int row)
    {
        var hash = ContentHash.Seed;
        for (var field = 0; field < Columns.Length; field++)
        {
            if (Kind.Fields[field].IsKey) hash = hash.With(Columns[field].Hash(row));
        }

        return new RowKey(SubjectOf(row), At[row], hash);
    }

    /// <summary>By time, subject and the fields of the key.</summary>
    /// <param name="vintages">False to take vintages of one row for the same.</param>
    public int CompareKeys(int x, int y, bool vintages)
    {
        var order = At[x].CompareTo(At[y]);
        if (order == 0) order = Subject[x].CompareTo(Subject[y]);
        for (var field = 0; order == 0 && field < Columns.Length; field++)
        {
            if (Kind.Fields[field] is { IsKey: true } key && (vintages || key.Role != FieldRole.Vintage)) order = Columns[field].Compare(x, y);
        }

        return order;
    }

    /// <summary>As callers are given them.</summary>
    /// <param name="names">Of the subjects, in their order.</param>
    public TapeBlock ToBlock(IReadOnlyList<string> names) => new(
        Kind.Name,
        names,
        Subject,
        Kind.TimeUnit == 1 ? At : Array.ConvertAll(At, at => at * Kind.TimeUnit),
        [.. Columns.Select((column, field) => column.ToValues(Kind.Fields[field].Name))]);

    /// <summary>The same rows in pieces, none of more than <paramref name="most"/>.</summary>
    public IEnumerable<TapeRows> Cut(int most)
    {
        if (Count <= most) return [this];

        return Enumerable.Range(0, Count).Chunk(most).Select(Select);
    }

    /// <summary>The newest rows alone.</summary>
    public TapeRows Newest(int count) => Count <= count ? this : Select([.. Enumerable.Range(Count - count, count)]);

    /// <summary>These rows, in this order.</summary>
    public TapeRows Select(int[] rows) => new(
        Kind,
        Scope,
        Subjects,
        Array.ConvertAll(rows, row => Subject[row]),
        Array.ConvertAll(rows, row => At[row]),
        Array.ConvertAll(Columns, column => column.Select(rows)));

    private ContentHash HashAnew(int row)
    {
        var hash = ContentHash.Seed.With((ulong)At[row]);
        foreach (var column in Columns) hash = hash.With(column.Hash(row));
        return hash;
    }
}

/// <summary>One row of some, as a rule of a kind looks at it: by a field's place among the kind's.</summary>
internal readonly record struct TapeRow(TapeRows Rows, int Index)
{
    public double Number(int field) => Rows.Columns[field].Number(Index);

    public long Value(int field) => Rows.Columns[field].Value(Index);

    public string? Word(int field) => Rows.Columns[field].Word(Index);
}

/// <summary>What tells a row from all others of its kind and scope.</summary>
internal readonly record struct RowKey(int Subject, long At, ContentHash Fields);
