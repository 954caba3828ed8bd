using System.Buffers.Binary;

namespace AlgoStack.BarFiles;

/// <summary>
/// The checksum that a zip has of its content, which .NET does not look at. Eight bytes at a time: M. Kounavis and
/// F. Berry, A Systematic Approach to Building High Performance Software-Based CRC Generators, 2005.
/// </summary>
internal struct Crc32()
{
    private const uint Polynomial = 0xEDB8_8320;
    private const int Slices = 8;

    private static readonly uint[] Tables = MakeTables();

    private uint _state = uint.MaxValue;

    public readonly uint Value => ~_state;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<uint> tables = Tables;
        var state = _state;
        for (; bytes.Length >= Slices; bytes = bytes[Slices..])
        {
            var eight = BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ state;
            state = 0;
            for (var slice = Slices - 1; slice >= 0; slice--, eight >>= 8) state ^= tables[(slice << 8) + (byte)eight];
        }

        foreach (var b in bytes) state = tables[(byte)(state ^ b)] ^ (state >> 8);
        _state = state;
    }

    private static uint[] MakeTables()
    {
        var tables = new uint[Slices << 8];
        for (var i = 0; i < tables.Length; i++)
        {
            var before = i < 256 ? (uint)i : tables[i - 256];
            if (i >= 256)
            {
                tables[i] = tables[(byte)before] ^ (before >> 8);
                continue;
            }

            for (var bit = 0; bit < 8; bit++) before = (before >> 1) ^ ((before & 1) * Polynomial);
            tables[i] = before;
        }

        return tables;
    }
}
