using AlgoStack.Trading.MarketData;

namespace AlgoStack.Ingestion.Tape;

/// <summary>
/// A content hash of a set of bars that does not depend on their order and can be taken on from where it stood: the
/// sum of 128-bit hashes of its bars. Against accidents, not against an adversary.
/// </summary>
internal readonly record struct BarHash(ulong High, ulong Low)
{
    private const ulong Prime1 = 0x9E3779B185EBCA87;
    private const ulong Prime2 = 0xC2B2AE3D27D4EB4F;

    public static BarHash operator +(BarHash left, BarHash right) => new(left.High + right.High, left.Low + right.Low);

    public static BarHash operator -(BarHash left, BarHash right) => new(left.High - right.High, left.Low - right.Low);

    /// <param name="seed">Tells bars of different instruments apart where one hash is over several.</param>
    public static BarHash Of(in Bar bar, ulong seed = 0)
    {
        var hash = new BarHash(seed + Prime1, seed ^ Prime2);
        hash = Mix(hash, (ulong)bar.CloseMs);
        hash = Mix(hash, BitConverter.DoubleToUInt64Bits(bar.Open));
        hash = Mix(hash, BitConverter.DoubleToUInt64Bits(bar.High));
        hash = Mix(hash, BitConverter.DoubleToUInt64Bits(bar.Low));
        hash = Mix(hash, BitConverter.DoubleToUInt64Bits(bar.Close));
        return Mix(hash, BitConverter.DoubleToUInt64Bits(bar.Volume));
    }

    private static BarHash Mix(BarHash hash, ulong word)
    {
        var high = (hash.High ^ word) * Prime1;
        var low = (hash.Low + word) * Prime2;
        return new BarHash(high ^ (high >> 29), low ^ (low >> 32));
    }

    public override string ToString() => $"{High:x16}{Low:x16}";
}
