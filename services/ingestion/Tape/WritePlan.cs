namespace AlgoStack.Ingestion.Tape;

/// <summary>What the ledger knows of one subject's UTC day; times in the kind's unit.</summary>
internal readonly record struct LedgerDay(int Rows, long First, long Last, ContentHash Hash)
{
    public LedgerDay With(long at, ContentHash hash) => Rows == 0
        ? new LedgerDay(1, at, at, hash)
        : new LedgerDay(Rows + 1, Math.Min(First, at), Math.Max(Last, at), Hash + hash);

    public LedgerDay Replacing(ContentHash old, ContentHash hash) => this with { Hash = Hash - old + hash };
}

/// <summary>
/// Which rows of a write the tape lacks. Most writes are decided by the ledger alone: a day it does not know is written,
/// a day with the same content is not, and only where days overlap are rows compared one by one.
/// </summary>
internal sealed class WritePlan
{
    /// <summary>1970-01-01 as <see cref="DateOnly.DayNumber"/>.</summary>
    public const int EpochDay = 719_162;

    private readonly Dictionary<(int Subject, int Day), int> _partOf = [];
    private readonly List<Part> _parts = [];
    private readonly int[] _partOfRow;
    private readonly ContentHash[] _hashes;
    private readonly bool[] _skip;
    private readonly HashSet<int> _compare = [];
    private Dictionary<RowKey, ContentHash> _onTape = [];
    private int _skipped;

    /// <param name="rows">In order of time, each key once.</param>
    public WritePlan(TapeRows rows)
    {
        Rows = rows;
        _skip = new bool[rows.Count];
        _partOfRow = new int[rows.Count];
        _hashes = new ContentHash[rows.Count];
        // Rows of a subject mostly stay in the day of the one before.
        var newest = new (int Day, int Part)[rows.Subjects.Length];
        Array.Fill(newest, (int.MinValue, 0));
        for (var row = 0; row < rows.Count; row++)
        {
            var subject = rows.Subject[row];
            var day = rows.Kind.DayOf(rows.At[row]);
            if (newest[subject].Day != day) newest[subject] = (day, PartOf(rows.Subjects[subject], day));
            var part = _parts[newest[subject].Part];
            _partOfRow[row] = newest[subject].Part;
            _hashes[row] = rows.HashOf(row);
            part.Content = part.Content.With(rows.At[row], _hashes[row]);
        }
    }

    public TapeRows Rows { get; }

    public long First => Rows.Count > 0 ? Rows.At[0] : 0;

    public long Last => Rows.Count > 0 ? Rows.At[^1] : 0;

    public int[] SubjectsToCompare => [.. _compare];

    /// <summary>Whether the tape holds rows of these subjects in this range that the write does not have.</summary>
    public bool TapeHasOthers { get; private set; }

    public int RowsToWrite => _skip.Length - _skipped;

    public bool IsToWrite(int row) => !_skip[row];

    /// <summary>Takes account of a day that the ledger knows.</summary>
    /// <param name="day">Days since 1970.</param>
    public void Meet(int subject, int day, LedgerDay known)
    {
        if (_partOf.TryGetValue((subject, day), out var place))
        {
            _parts[place].Known = known;
            if (_parts[place].IsKnown)
            {
                _skipped += _parts[place].Content.Rows;
                return;
            }
        }

        if (known.Last >= First && known.First <= Last) _compare.Add(subject);
    }

    /// <summary>Leaves out what <see cref="Meet"/> has found to be there.</summary>
    public void SkipKnownDays()
    {
        if (_skipped == 0) return;

        for (var row = 0; row < _skip.Length; row++) _skip[row] = _parts[_partOfRow[row]].IsKnown;
    }

    /// <summary>Leaves nothing to the ledger.</summary>
    public void CompareAll() => _compare.UnionWith(Rows.Subjects);

    /// <summary>Takes account of what the tape has of <see cref="SubjectsToCompare"/> within the range, each key once.</summary>
    public void Compare(TapeRows tape)
    {
        _onTape = new Dictionary<RowKey, ContentHash>(tape.Count);
        for (var row = 0; row < tape.Count; row++) _onTape.Add(tape.KeyOf(row), tape.HashOf(row));

        var met = 0;
        for (var row = 0; row < _skip.Length; row++)
        {
            if (!_onTape.TryGetValue(Rows.KeyOf(row), out var old)) continue;

            met++;
            if (old != _hashes[row] || _skip[row]) continue;
            _skip[row] = true;
            _skipped++;
        }

        TapeHasOthers = met < _onTape.Count;
    }

    /// <summary>The days that the write changes, as they will be; new ones are not in the ledger yet.</summary>
    public IEnumerable<(int Subject, int Day, LedgerDay Now, bool IsNew)> LedgerChanges()
    {
        foreach (var part in _parts) part.Now = part.Known;
        for (var row = 0; row < _skip.Length; row++)
        {
            if (_skip[row]) continue;

            var part = _parts[_partOfRow[row]];
            part.Now = _onTape.Count > 0 && _onTape.TryGetValue(Rows.KeyOf(row), out var old)
                ? part.Now.Replacing(old, _hashes[row])
                : part.Now.With(Rows.At[row], _hashes[row]);
        }

        return _parts.Where(p => p.Now != p.Known).Select(p => (p.Subject, p.Day, p.Now, p.Known.Rows == 0));
    }

    private int PartOf(int subject, int day)
    {
        if (_partOf.TryGetValue((subject, day), out var part)) return part;

        part = _parts.Count;
        _partOf.Add((subject, day), part);
        _parts.Add(new Part(subject, day));
        return part;
    }

    private sealed class Part(int subject, int day)
    {
        public int Subject => subject;

        public int Day => day;

        public LedgerDay Content { get; set; }

        public LedgerDay Known { get; set; }

        public LedgerDay Now { get; set; }

        /// <summary>Whether the tape has the whole of it, and nothing else.</summary>
        public bool IsKnown => Known.Rows > 0 && Known.Rows == Content.Rows && Known.Hash == Content.Hash;
    }
}
