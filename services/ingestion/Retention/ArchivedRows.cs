using System.Globalization;
using AlgoStack.Ingestion.Tape;
using AlgoStack.Postgres.Archives;
using Npgsql;

namespace AlgoStack.Ingestion.Retention;

/// <summary>
/// Rows of a month that has left the tape, read where its archive lies: all revisions, by time. Costs what unpacking the
/// part of the month between the range's ends costs, for one subject as for all.
/// </summary>
internal sealed class ArchivedRows : IAsyncDisposable
{
    private readonly TapeRange _range;
    private readonly TapeKind _kind;
    private readonly ArchiveReader _rows;
    private readonly int _subject;
    private readonly int _scope;
    private readonly int _revision;
    private readonly int _vintage;
    private readonly int[] _fields;

    /// <exception cref="ArchiveException">The archive is missing, or has not the kind's columns.</exception>
    public ArchivedRows(ArchiveFolder archives, ArchiveManifest month, TapeKind kind, TapeRange range)
    {
        _range = range;
        _kind = kind;
        _rows = archives.Open(month, KeyOf(range.From), KeyOf(range.To));
        _subject = _rows.Ordinal(kind.Subject);
        _scope = kind.Scope is null ? -1 : _rows.Ordinal(kind.Scope);
        _revision = _rows.Ordinal("revision");
        _fields = [.. kind.Fields.Select(field => _rows.Ordinal(field.Name))];
        _vintage = range.KnownBy is not null && kind.IndexOf(FieldRole.Vintage) is >= 0 and var vintage ? _fields[vintage] : -1;

        long KeyOf(long at) => at is long.MinValue or long.MaxValue ? at : at * kind.TimeUnit;
    }

    /// <summary>The row's place among the range's subjects.</summary>
    public int Subject { get; private set; }

    public long At => _rows.Key / _kind.TimeUnit;

    public long Revision => _rows.GetInt64(_revision);

    /// <summary>Which months of a range are archived.</summary>
    public static async Task<List<ArchiveManifest>> FindAsync(
        NpgsqlConnection connection, TapeKind kind, TapeRange range, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select manifest ->> 'name', manifest::text
            from tape_months
            where tape = $1 and month between $2 and $3 and state = 'archived'
            order by month
            """,
            connection);
        command.Parameters.Add(new() { Value = kind.Table });
        command.Parameters.Add(new() { Value = range.From == long.MinValue ? DateOnly.MinValue : MonthOf(range.From) });
        command.Parameters.Add(new() { Value = range.To == long.MaxValue ? DateOnly.MaxValue : MonthOf(range.To) });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var months = new List<ArchiveManifest>();
        while (await reader.ReadAsync(cancellationToken)) months.Add(ArchiveManifest.Parse(reader.GetString(1), reader.GetString(0)));
        return months;

        DateOnly MonthOf(long at) => DateOnly.FromDateTime(kind.ToTime(kind.MonthOf(at)));
    }

    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        while (await _rows.ReadAsync(cancellationToken))
        {
            if (_scope >= 0 && _rows.GetInt64(_scope) != _range.Scope) continue;
            Subject = Array.IndexOf(_range.Subjects, _rows.GetInt32(_subject));
            if (Subject < 0 || Revision > _range.Revision) continue;
            if (_vintage >= 0 && (_rows.IsNull(_vintage) || DayOf(_vintage) > _range.KnownBy)) continue;
            return true;
        }

        return false;
    }

    /// <summary>The value of a field of numbers.</summary>
    public double Number(int field) => _rows.GetDouble(_fields[field]);

    /// <summary>Adds a field of the row to its column.</summary>
    public void Read(TapeColumn.Builder column, int field)
    {
        var ordinal = _fields[field];
        if (_rows.IsNull(ordinal)) column.AddNull();
        else if (_kind.Fields[field].Type == FieldType.Number) column.Add(_rows.GetDouble(ordinal));
        else if (_kind.Fields[field].Type == FieldType.Integer) column.Add(_rows.GetInt64(ordinal));
        else if (_kind.Fields[field].Type == FieldType.Date) column.Add((long)DayOf(ordinal).DayNumber - WritePlan.EpochDay);
        else column.Add(System.Text.Encoding.UTF8.GetBytes(_rows.GetString(ordinal)!));
    }

    public ValueTask DisposeAsync() => _rows.DisposeAsync();

    private DateOnly DayOf(int ordinal) => DateOnly.ParseExact(_rows.GetString(ordinal)!, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
