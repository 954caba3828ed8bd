using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AlgoStack.Trading.Orders;

namespace AlgoStack.Simulation;

/// <summary>
/// SHA-256 over order intents in the order they were made: two runs that wanted the same orders have the same hash. It takes
/// what an order is (strategy, instrument, time, side, type, quantity and prices) and not whose, so that accounts compare.
/// </summary>
internal sealed class OrderListHash : IDisposable
{
    private const int LongestOrder = 512;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = new byte[8 * LongestOrder];
    private int _used;

    public void Add(OrderIntent order)
    {
        if (_buffer.Length - _used < LongestOrder) Flush();
        Add(order.Strategy);
        Add(order.Instrument.Value);
        BinaryPrimitives.WriteInt64LittleEndian(Next(8), order.At.ToUnixTimeMilliseconds());
        Next(1)[0] = (byte)order.Side;
        Next(1)[0] = (byte)order.Type;
        Add(order.Quantity);
        if (order.Type is OrderType.Market) return;

        Add(order.LimitPrice ?? 0);
        Add(order.StopPrice ?? 0);
        Add(order.TrailBy ?? 0);
    }

    public override string ToString()
    {
        Flush();
        return Convert.ToHexStringLower(_hash.GetCurrentHash());
    }

    public void Dispose() => _hash.Dispose();

    /// <exception cref="ArgumentException">A name is too long to be one.</exception>
    private void Add(string name)
    {
        _used += Encoding.UTF8.GetBytes(name, _buffer.AsSpan(_used, LongestOrder / 4));
        Next(1)[0] = 0;
    }

    private void Add(decimal number)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(number, bits);
        // 1.50 and 1.5 are one number. To normalise is a division of 28 digits, and mostly the last one is none to drop.
        if (number.Scale > 0 && (bits[2] != 0 || (((ulong)(uint)bits[1] << 32) | (uint)bits[0]) % 10 == 0)) decimal.GetBits(number.Normalized(), bits);
        foreach (var part in bits) BinaryPrimitives.WriteInt32LittleEndian(Next(4), part);
    }

    private Span<byte> Next(int length)
    {
        _used += length;
        return _buffer.AsSpan(_used - length, length);
    }

    private void Flush()
    {
        _hash.AppendData(_buffer, 0, _used);
        _used = 0;
    }
}
