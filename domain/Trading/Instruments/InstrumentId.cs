namespace AlgoStack.Trading.Instruments;

/// <summary>
/// An instrument's name everywhere: <c>SYMBOL.VENUE</c>, as in <c>AAPL.SIM</c>. The last dot separates, so a symbol
/// may hold dots itself. Letters, digits and <c>- _ / : .</c>, at most 64 characters; compared ordinally.
/// </summary>
public readonly record struct InstrumentId : IComparable<InstrumentId>
{
    public const int MostCharacters = 64;

    public InstrumentId(string value)
    {
        if (!TryParse(value, out var id, out var error)) throw new ArgumentException(error, nameof(value));
        this = id;
    }

    private InstrumentId(string value, int dot)
    {
        Value = value;
        Dot = dot;
    }

    public string Value { get; }

    public string Symbol => Value[..Dot];

    public string Venue => Value[(Dot + 1)..];

    private int Dot { get; }

    public static bool operator <(InstrumentId left, InstrumentId right) => left.CompareTo(right) < 0;

    public static bool operator >(InstrumentId left, InstrumentId right) => left.CompareTo(right) > 0;

    public static bool operator <=(InstrumentId left, InstrumentId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(InstrumentId left, InstrumentId right) => left.CompareTo(right) >= 0;

    /// <summary>False with the reason when <paramref name="value"/> is no instrument's name.</summary>
    public static bool TryParse(string? value, out InstrumentId id, out string error)
    {
        id = default;
        error = "";
        var dot = value?.LastIndexOf('.') ?? -1;
        if (value is null || dot <= 0 || dot == value.Length - 1)
        {
            error = $"Instrument: expected SYMBOL.VENUE, found '{value}'.";
            return false;
        }

        if (value.Length > MostCharacters)
        {
            error = $"Instrument: expected at most {MostCharacters} characters, found {value.Length} in '{value[..16]}…'.";
            return false;
        }

        foreach (var c in value)
        {
            if (char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '/' or ':' or '.') continue;
            error = $"Instrument: expected letters, digits and - _ / : . only, found '{c}' (U+{(int)c:X4}) in '{value}'.";
            return false;
        }

        id = new InstrumentId(value, dot);
        return true;
    }

    public int CompareTo(InstrumentId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value ?? "";
}
