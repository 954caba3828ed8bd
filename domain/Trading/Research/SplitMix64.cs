namespace AlgoStack.Trading.Research;

/// <summary>
/// A stream of numbers that one seed makes, the same for ever: a value, so that a copy goes on by itself. G. L. Steele,
/// D. Lea and C. H. Flood, Fast Splittable Pseudorandom Number Generators, OOPSLA (2014). Not for secrets.
/// </summary>
public struct SplitMix64(ulong seed)
{
    private ulong _state = seed;

    /// <summary>Any 64 bits.</summary>
    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var bits = _state;
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }

    /// <summary>From 0 to below 1, in steps of 2^-53.</summary>
    public double NextFraction() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>From 0 to below <paramref name="count"/>, each as likely to one part in 2^32.</summary>
    /// <param name="count">Above zero.</param>
    public int NextBelow(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return (int)Math.BigMul(Next(), (ulong)count, out _);
    }
}
