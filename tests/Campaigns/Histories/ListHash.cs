using System.Globalization;

namespace AlgoStack.Campaigns.Histories;

/// <summary>A list's elements in their order as one number (FNV-1a), so that a read can be compared with a prefix.</summary>
internal readonly record struct ListHash(ulong Value)
{
    public static readonly ListHash Empty = new(14695981039346656037);

    public ListHash With(string element)
    {
        var hash = Value;
        foreach (var c in element) hash = (hash ^ c) * 1099511628211;
        return new ListHash((hash ^ '/') * 1099511628211);
    }

    public static ListHash Parse(string text) => new(ulong.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture));

    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);
}
