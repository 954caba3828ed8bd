using System.Globalization;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Postgres;

namespace AlgoStack.Ingestion.Tape;

/// <summary>The values of one field, a row after another.</summary>
internal sealed class TapeColumn
{
    /// <summary>No value, in a column that is not of numbers.</summary>
    public const long Null = long.MinValue;

    private const int EpochDay = 10_957; // 2000-01-01, from which PostgreSQL counts

    private readonly double[]? _numbers;
    private readonly long[]? _values;
    private readonly IReadOnlyList<string> _words;
    private readonly ulong[] _hashes;

    public TapeColumn(double[] numbers)
    {
        Type = FieldType.Number;
        _numbers = numbers;
        _words = [];
        _hashes = [];
    }

    /// <param name="words">What the values of a column of words refer to.</param>
    public TapeColumn(FieldType type, long[] values, IReadOnlyList<string>? words = null)
    {
        Type = type;
        _values = values;
        _words = words ?? [];
        _hashes = [.. _words.Select(ContentHash.WordOf)];
    }

    public FieldType Type { get; }

    /// <summary>Set in a column of numbers.</summary>
    public double[]? Numbers => _numbers;

    /// <summary>Set in any other.</summary>
    public long[]? Values => _values;

    public IReadOnlyList<string> Words => _words;

    public double Number(int row) => _numbers![row];

    public long Value(int row) => _values![row];

    public string? Word(int row) => _values![row] == Null ? null : _words[(int)_values[row]];

    /// <summary>The value as the content hash has it.</summary>
    public ulong Hash(int row)
    {
        if (_numbers is not null) return BitConverter.DoubleToUInt64Bits(_numbers[row]);

        var value = _values![row];
        return Type == FieldType.Word && value != Null ? _hashes[value] : (ulong)value;
    }

    public void Write(CopyWriter copy, int row)
    {
        if (_numbers is not null)
        {
            if (double.IsNaN(_numbers[row])) copy.WriteNull();
            else copy.Write(_numbers[row]);
            return;
        }

        var value = _values![row];
        if (value == Null) copy.WriteNull();
        else if (Type == FieldType.Word) copy.Write(_words[(int)value]);
        else if (Type == FieldType.Date) copy.Write((int)value - EpochDay);
        else copy.Write(value);
    }

    /// <summary>As callers are given them.</summary>
    public TapeValues ToValues(string name) => Type switch
    {
        FieldType.Number => new TapeValues(name, Numbers: _numbers),
        FieldType.Integer => new TapeValues(name, Integers: _values),
        FieldType.Word => new TapeValues(name, Words: Array.ConvertAll(_values!, place => place == Null ? null : _words[(int)place])),
        _ => new TapeValues(name, Words: [.. Enumerable.Range(0, _values!.Length).Select(row => _values[row] == Null ? null : Show(row))]),
    };

    /// <summary>The value in words.</summary>
    public string Show(int row)
    {
        if (_numbers is not null) return _numbers[row].ToString(CultureInfo.InvariantCulture);
        if (_values![row] == Null) return "nothing";

        return Type switch
        {
            FieldType.Word => Word(row)!,
            FieldType.Date => DayOf(row).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            _ => _values[row].ToString(CultureInfo.InvariantCulture),
        };
    }

    /// <summary>The value of a column of dates, which must not be null.</summary>
    public DateOnly DayOf(int row) => DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(_values![row]));

    /// <summary>By value; words by length first, so that the digits of ids are in the order of their numbers.</summary>
    public int Compare(int x, int y)
    {
        if (_numbers is not null) return _numbers[x].CompareTo(_numbers[y]);
        if (Type != FieldType.Word) return _values![x].CompareTo(_values[y]);

        var (left, right) = (Word(x), Word(y));
        var byLength = (left?.Length ?? -1).CompareTo(right?.Length ?? -1);
        return byLength != 0 ? byLength : string.CompareOrdinal(left, right);
    }

    /// <summary>These rows, in this order.</summary>
    public TapeColumn Select(int[] rows) => _numbers is not null
        ? new TapeColumn(Array.ConvertAll(rows, row => _numbers[row]))
        : new TapeColumn(Type, Array.ConvertAll(rows, row => _values![row]), _words);

    /// <summary>Takes values as they come.</summary>
    public sealed class Builder(FieldType type)
    {
        private readonly Dictionary<string, int>? _known = type == FieldType.Word ? new(StringComparer.Ordinal) : null;
        private readonly List<string> _words = [];
        private double[] _numbers = [];
        private long[] _values = [];
        private int _count;

        public void Add(double number)
        {
            if (_count == _numbers.Length) Array.Resize(ref _numbers, Math.Max(FirstRows, 2 * _count));
            _numbers[_count++] = number;
        }

        public void Add(long value)
        {
            if (_count == _values.Length) Array.Resize(ref _values, Math.Max(FirstRows, 2 * _count));
            _values[_count++] = value;
        }

        public void Add(ReadOnlySpan<byte> word) => Add((long)PlaceOf(word));

        /// <summary>The place of a word among the column's, which it is given if it is new.</summary>
        public int PlaceOf(ReadOnlySpan<byte> word)
        {
            Span<char> text = stackalloc char[MostWordBytes];
            var length = System.Text.Encoding.UTF8.GetChars(word, text);
            var lookup = _known!.GetAlternateLookup<ReadOnlySpan<char>>();
            if (!lookup.TryGetValue(text[..length], out var place))
            {
                place = _words.Count;
                _words.Add(new string(text[..length]));
                _known.Add(_words[place], place);
            }

            return place;
        }

        public void AddNull()
        {
            if (type == FieldType.Number) Add(double.NaN);
            else Add(Null);
        }

        public void Read(CopyReader copy, int ordinal)
        {
            if (copy.IsNull(ordinal)) AddNull();
            else if (type == FieldType.Number) Add(copy.Double(ordinal));
            else if (type == FieldType.Integer) Add(copy.Int64(ordinal));
            else if (type == FieldType.Date) Add((long)copy.Int32(ordinal) + EpochDay);
            else Add(copy.Bytes(ordinal));
        }

        public TapeColumn Build()
        {
            if (type == FieldType.Number)
            {
                Array.Resize(ref _numbers, _count);
                return new TapeColumn(_numbers);
            }

            Array.Resize(ref _values, _count);
            return new TapeColumn(type, _values, _words);
        }
    }

    private const int FirstRows = 256;

    /// <summary>A longer word is refused where files are read.</summary>
    public const int MostWordBytes = 256;
}
