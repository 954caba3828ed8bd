using System.Text;

namespace AlgoStack.BarFiles;

/// <summary>Numbers symbols from 0 as they appear, found by their bytes without making a string a row.</summary>
public sealed class SymbolTable
{
    public const int MostSymbols = 20_000;

    private readonly List<string> _names = [];
    private readonly List<byte[]> _bytes = [];
    private readonly Dictionary<string, int> _known = new(StringComparer.Ordinal);
    private readonly int[] _slots = new int[64 * 1024];
    private int _last = -1;

    public IReadOnlyList<string> Names => _names;

    /// <summary>The symbol's number, or -1 when there are more than <see cref="MostSymbols"/>.</summary>
    public int Find(ReadOnlySpan<byte> symbol)
    {
        // Rows of one symbol mostly follow one another.
        if (_last >= 0 && symbol.SequenceEqual(_bytes[_last])) return _last;

        var slot = Hash(symbol);
        var candidate = _slots[slot] - 1;
        if (candidate >= 0 && symbol.SequenceEqual(_bytes[candidate])) return _last = candidate;

        // Another symbol has the slot, or none: ask properly, and let this one have it.
        var name = Encoding.UTF8.GetString(symbol);
        if (!_known.TryGetValue(name, out var number))
        {
            if (_names.Count == MostSymbols) return -1;
            number = _names.Count;
            _names.Add(name);
            _bytes.Add(symbol.ToArray());
            _known.Add(name, number);
        }

        _slots[slot] = number + 1;
        return _last = number;
    }

    private int Hash(ReadOnlySpan<byte> symbol)
    {
        var hash = 2166136261u;
        foreach (var b in symbol) hash = (hash ^ b) * 16777619u;
        return (int)((hash ^ (hash >> 16)) & (uint)(_slots.Length - 1));
    }
}
