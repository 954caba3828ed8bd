using AlgoStack.Trading.MarketData;

namespace AlgoStack.Ingestion.Tape;

/// <summary>
/// A content hash of a set of rows that does not depend on their order and can be taken on from where it stood: the
/// sum of 128-bit hashes of its rows. Against accidents, not against an adversary.
/// </summary>
internal readonly record struct ContentHash(ulong High, ulong Low)
{
    private const ulong Prime1 = 0x9E3779B185EBCA87;
    private const ulong Prime2 = 0xC2B2AE3D27D4EB4F;

    /// <summary>What the hash of a row begins with.</summary>
    public static ContentHash Seed { get; } = Seeded(0);

    public static ContentHash operator +(ContentHash left, ContentHash right) => new(left.High + right.High, left.Low + right.Low);

    public static ContentHash operator -(ContentHash left, ContentHash right) => new(left.High - right.High, left.Low - right.Low);

    /// <param name="seed">Tells bars of different instruments apart where one hash is over several.</param>
    public static ContentHash Of(in Bar bar, ulong seed = 0) => Seeded(seed)
        .With((ulong)bar.CloseMs)
        .With(BitConverter.DoubleToUInt64Bits(bar.Open))
        .With(BitConverter.DoubleToUInt64Bits(bar.High))
        .With(BitConverter.DoubleToUInt64Bits(bar.Low))
        .With(BitConverter.DoubleToUInt64Bits(bar.Close))
        .With(BitConverter.DoubleToUInt64Bits(bar.Volume));

    /// <summary>Of a text, in a word.</summary>
    public static ulong WordOf(string text)
    {
        var hash = 14695981039346656037;
        foreach (var c in text) hash = (hash ^ c) * 1099511628211;
        return hash;
    }

    public ContentHash With(ulong word)
    {
        var high = (High ^ word) * Prime1;
        var low = (Low + word) * Prime2;
        return new ContentHash(high ^ (high >> 29), low ^ (low >> 32));
    }

    public override string ToString() => $"{High:x16}{Low:x16}";

    private static ContentHash Seeded(ulong seed) => new(seed + Prime1, seed ^ Prime2);
}
