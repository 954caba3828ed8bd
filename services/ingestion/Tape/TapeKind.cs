using System.Globalization;
using AlgoStack.BarFiles;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Ingestion.Tape;

/// <summary>What the values of a field are, and so what its column in the database is.</summary>
internal enum FieldType
{
    /// <summary><c>double precision</c>; null is NaN.</summary>
    Number,

    /// <summary><c>bigint</c>; null is <see cref="TapeColumn.Null"/>.</summary>
    Integer,

    /// <summary><c>date</c>, in days since 1970; null is <see cref="TapeColumn.Null"/>.</summary>
    Date,

    /// <summary><c>text</c>, by its place among the column's words; null is <see cref="TapeColumn.Null"/>.</summary>
    Word,
}

/// <summary>How a field takes part in telling rows apart.</summary>
internal enum FieldRole
{
    /// <summary>It is what a row says. Other content under the same key is a correction: a later revision.</summary>
    Content,

    /// <summary>Beside subject and time it says which row this is.</summary>
    Key,

    /// <summary>A key that is not in files: the row's place, from 0, among those of its subject and instant that have no id.</summary>
    Place,

    /// <summary>A key by which the world itself revised: history has the row of the latest only.</summary>
    Vintage,
}

/// <param name="Headers">What files call it: lower-case letters and digits only, by spaces.</param>
/// <param name="Required">A file must have the column.</param>
internal sealed record TapeField(string Name, FieldType Type, string Headers, FieldRole Role = FieldRole.Content, bool Required = false)
{
    public bool IsKey => Role != FieldRole.Content;
}

/// <summary>
/// A kind of market data: the table that holds it, by month of its time, and the fields that a row has beside what it is
/// of and when. Rows are append-only; of two with one key the later revision wins.
/// </summary>
internal sealed class TapeKind
{
    /// <summary>As callers name it.</summary>
    public required string Name { get; init; }

    /// <summary>Its partitions are this and <c>_yyyyMM</c>.</summary>
    public required string Table { get; init; }

    public string Partition(DateOnly month) => string.Create(CultureInfo.InvariantCulture, $"{Table}_{month:yyyyMM}");

    /// <summary>The column of what a row is of: <c>instrument</c>, numbered by the table instruments, or <c>series</c>.</summary>
    public string Subject { get; init; } = "instrument";

    public bool IsOfInstruments => Subject == "instrument";

    /// <summary>A column that one write has one value of, as bars have their timeframe; null without one.</summary>
    public string? Scope { get; init; }

    /// <summary>The column of a row's time.</summary>
    public required string Time { get; init; }

    /// <summary>Microseconds in the unit that a row's time is counted in, since 1970.</summary>
    public long TimeUnit { get; init; } = 1;

    /// <summary>In the order of the table's columns, and of the content hash.</summary>
    public required IReadOnlyList<TapeField> Fields { get; init; }

    public required string Ledger { get; init; }

    /// <summary>The ledger's column of how many rows a day has.</summary>
    public string LedgerCount { get; init; } = "rows";

    /// <summary>What files call the column of <see cref="Subject"/>.</summary>
    public string SubjectHeaders { get; init; } = FileShape.SymbolHeaders;

    /// <summary>What its files have.</summary>
    public FileShape Shape => new(SubjectHeaders, [.. Fields.Select(f => new FileField(f.Name, f.Headers, f.Required))]) { Headerless = Headerless };

    /// <summary>The header that files are meant to have that have none; null when every file has one.</summary>
    public string? Headerless { get; init; }

    /// <summary>Says what makes a row impossible, as a <see cref="GateReason"/>; null when nothing does.</summary>
    public Func<TapeRow, string?> Refuse { get; init; } = _ => null;

    public TapeStatements Statements => field ??= new TapeStatements(this);

    public int IndexOf(FieldRole role)
    {
        for (var field = 0; field < Fields.Count; field++)
        {
            if (Fields[field].Role == role) return field;
        }

        return -1;
    }

    /// <summary>The first instant of the UTC month of a row's time, in the same unit.</summary>
    public long MonthOf(long at)
    {
        var day = ToTime(at);
        return FromTime(new DateTime(day.Year, day.Month, 1, 0, 0, 0, DateTimeKind.Utc));
    }

    /// <summary>The first instant of the month after the one that begins at <paramref name="month"/>.</summary>
    public long NextMonth(long month) => FromTime(ToTime(month).AddMonths(1));

    /// <summary>Days since 1970.</summary>
    public int DayOf(long at)
    {
        var unitsADay = TimeSpan.MicrosecondsPerDay / TimeUnit;
        return (int)(at >= 0 ? at / unitsADay : (at + 1) / unitsADay - 1);
    }

    public DateTime ToTime(long at) => DateTime.UnixEpoch.AddTicks(at * TimeUnit * TimeSpan.TicksPerMicrosecond);

    public long FromTime(DateTime at) => (at - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond / TimeUnit;
}
