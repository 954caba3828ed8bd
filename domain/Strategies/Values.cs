using System.Runtime.CompilerServices;

namespace AlgoStack.Strategies;

[InlineArray(8)]
public struct Values8 : IEquatable<Values8>
{
    private double _first;

    /// <param name="values">At most 8; the slots after them are 0.</param>
    public static Values8 Of(params ReadOnlySpan<double> values)
    {
        Values8 slots = default;
        values.CopyTo(slots);
        return slots;
    }

    public static bool operator ==(in Values8 left, in Values8 right) => left.Equals(right);

    public static bool operator !=(in Values8 left, in Values8 right) => !left.Equals(right);

    /// <summary>Equal to the bit, so that a NaN equals itself.</summary>
    public readonly bool Equals(Values8 other)
    {
        for (var i = 0; i < 8; i++)
        {
            if (BitConverter.DoubleToInt64Bits(this[i]) != BitConverter.DoubleToInt64Bits(other[i])) return false;
        }

        return true;
    }

    public override readonly bool Equals(object? obj) => obj is Values8 other && Equals(other);

    public override readonly int GetHashCode() => HashCode.Combine(this[0], this[1], this[2], this[3], this[4], this[5], this[6], this[7]);
}

[InlineArray(4)]
public struct Values4 : IEquatable<Values4>
{
    private double _first;

    public static Values4 Of(double first, double second = 0, double third = 0, double fourth = 0)
    {
        Values4 slots = default;
        slots[0] = first;
        slots[1] = second;
        slots[2] = third;
        slots[3] = fourth;
        return slots;
    }

    public static bool operator ==(in Values4 left, in Values4 right) => left.Equals(right);

    public static bool operator !=(in Values4 left, in Values4 right) => !left.Equals(right);

    /// <summary>Equal to the bit, so that a NaN equals itself.</summary>
    public readonly bool Equals(Values4 other)
    {
        for (var i = 0; i < 4; i++)
        {
            if (BitConverter.DoubleToInt64Bits(this[i]) != BitConverter.DoubleToInt64Bits(other[i])) return false;
        }

        return true;
    }

    public override readonly bool Equals(object? obj) => obj is Values4 other && Equals(other);

    public override readonly int GetHashCode() => HashCode.Combine(this[0], this[1], this[2], this[3]);
}
