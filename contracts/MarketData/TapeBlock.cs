using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AlgoStack.Contracts.MarketData;

/// <summary>
/// Rows of one kind of market data in columns, by time. Row <c>i</c> is of <c>Subjects[Subject[i]]</c>, at <c>AtUs[i]</c>
/// in Unix microseconds UTC.
/// </summary>
/// <param name="Kind"><c>trades</c>, <c>quotes</c>, <c>chain</c> or <c>series</c>.</param>
/// <param name="Subjects">Instruments, or names of economic series.</param>
public sealed record TapeBlock(
    string Kind, IReadOnlyList<string> Subjects, int[] Subject, long[] AtUs, IReadOnlyList<TapeValues> Fields)
{
    /// <summary>Media type of the binary form.</summary>
    public const string MediaType = "application/vnd.algostack.tape";

    /// <summary>More rows than this in one block are taken for a corrupt stream.</summary>
    public const int MostRows = 1 << 24;

    private const uint Magic = 0x31504154; // "TAP1", little-endian
    private const byte IsNumbers = 0, IsIntegers = 1, IsWords = 2;

    [JsonIgnore]
    public int Count => AtUs.Length;

    public TapeValues this[string name] => Fields.FirstOrDefault(f => f.Name == name)
        ?? throw new KeyNotFoundException($"{Kind} have no '{name}', but {string.Join(", ", Fields.Select(f => f.Name))}.");

    /// <summary>
    /// Writes one block: the head's length, magic, kind, row count, subjects, and of each field its name, its type and, for
    /// words, which there are; then each column whole: subject, time, and the fields, words by their place. All
    /// little-endian, texts length-prefixed UTF-8, no word as place -1. Blocks may follow one another in a stream.
    /// </summary>
    public async Task WriteAsync(Stream stream, CancellationToken cancellationToken = default)
    {
        using var head = new MemoryStream();
        var places = Fields.Select(f => f.Words is { } words ? Places(words) : default).ToArray();
        using (var writer = new BinaryWriter(head, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(0);
            writer.Write(Magic);
            writer.Write(Kind);
            writer.Write(Count);
            Write(writer, Subjects);
            writer.Write(Fields.Count);
            for (var field = 0; field < Fields.Count; field++)
            {
                writer.Write(Fields[field].Name);
                writer.Write(Fields[field].Numbers is not null ? IsNumbers : Fields[field].Integers is not null ? IsIntegers : IsWords);
                if (Fields[field].Words is not null) Write(writer, places[field].Words);
            }
        }

        BinaryPrimitives.WriteInt32LittleEndian(head.GetBuffer(), (int)head.Length - sizeof(int));
        await stream.WriteAsync(head.GetBuffer().AsMemory(0, (int)head.Length), cancellationToken);
        await stream.WriteAsync(Bytes(Subject), cancellationToken);
        await stream.WriteAsync(Bytes(AtUs), cancellationToken);
        for (var field = 0; field < Fields.Count; field++)
        {
            var (numbers, integers) = (Fields[field].Numbers, Fields[field].Integers);
            await stream.WriteAsync(
                numbers is not null ? Bytes(numbers) : integers is not null ? Bytes(integers) : Bytes(places[field].OfRow), cancellationToken);
        }
    }

    /// <summary>Reads the next block, or null at the end of the stream.</summary>
    /// <exception cref="InvalidDataException">The stream is not of this form, or ends inside a block.</exception>
    public static async Task<TapeBlock?> ReadAsync(Stream stream, CancellationToken cancellationToken = default)
    {
        var length = new byte[sizeof(int)];
        var read = await stream.ReadAtLeastAsync(length, length.Length, throwOnEndOfStream: false, cancellationToken);
        if (read == 0) return null;

        var size = BinaryPrimitives.ReadInt32LittleEndian(length);
        if (read < length.Length || size is < 12 or > MostRows) throw new InvalidDataException($"Tape: expected a block's head, found a length of {size}.");

        var bytes = new byte[size];
        await FillAsync(stream, bytes, cancellationToken);
        var head = ReadHead(bytes);
        var subject = await ColumnAsync<int>(stream, head.Rows, cancellationToken);
        var at = await ColumnAsync<long>(stream, head.Rows, cancellationToken);
        var fields = new List<TapeValues>(head.Fields.Length);
        foreach (var (name, type, words) in head.Fields)
        {
            fields.Add(type switch
            {
                IsNumbers => new TapeValues(name, Numbers: await ColumnAsync<double>(stream, head.Rows, cancellationToken)),
                IsIntegers => new TapeValues(name, Integers: await ColumnAsync<long>(stream, head.Rows, cancellationToken)),
                _ => new TapeValues(name, Words: Array.ConvertAll(
                    await ColumnAsync<int>(stream, head.Rows, cancellationToken), place => place < 0 ? null : words[place])),
            });
        }

        return new TapeBlock(head.Kind, head.Subjects, subject, at, fields);
    }

    private static (string Kind, int Rows, string[] Subjects, (string Name, byte Type, string[] Words)[] Fields) ReadHead(byte[] head)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(head), Encoding.UTF8);
            var magic = reader.ReadUInt32();
            if (magic != Magic) throw new InvalidDataException($"Tape: expected a block starting with {Magic:x8}, found {magic:x8}.");

            var kind = reader.ReadString();
            var rows = reader.ReadInt32();
            if (rows is < 0 or > MostRows) throw new InvalidDataException($"Tape: {rows} rows is more than a block holds.");

            var subjects = Read(reader, head.Length);
            var fields = new (string, byte, string[])[Counted(reader.ReadInt32(), head.Length)];
            for (var field = 0; field < fields.Length; field++)
            {
                var (name, type) = (reader.ReadString(), reader.ReadByte());
                fields[field] = (name, type, type == IsWords ? Read(reader, head.Length) : []);
            }

            return (kind, rows, subjects, fields);
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException("Tape: a block's head ends early.", e);
        }
    }

    private static (string[] Words, int[] OfRow) Places(string?[] words)
    {
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        var places = new int[words.Length];
        for (var row = 0; row < words.Length; row++)
        {
            if (words[row] is not { } word) places[row] = -1;
            else if (!known.TryGetValue(word, out places[row])) known.Add(word, places[row] = known.Count);
        }

        return ([.. known.Keys], places);
    }

    private static void Write(BinaryWriter writer, IReadOnlyList<string> texts)
    {
        writer.Write(texts.Count);
        foreach (var text in texts) writer.Write(text);
    }

    private static string[] Read(BinaryReader reader, int most)
    {
        var texts = new string[Counted(reader.ReadInt32(), most)];
        for (var i = 0; i < texts.Length; i++) texts[i] = reader.ReadString();
        return texts;
    }

    private static int Counted(int count, int most) =>
        count < 0 || count > most ? throw new InvalidDataException($"Tape: {count} texts are more than a head of {most} bytes holds.") : count;

    private static async Task<T[]> ColumnAsync<T>(Stream stream, int rows, CancellationToken cancellationToken)
        where T : unmanaged
    {
        var bytes = new byte[rows * Marshal.SizeOf<T>()];
        await FillAsync(stream, bytes, cancellationToken);
        return MemoryMarshal.Cast<byte, T>(bytes).ToArray();
    }

    private static async Task FillAsync(Stream stream, byte[] bytes, CancellationToken cancellationToken)
    {
        var read = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        if (read < bytes.Length) throw new InvalidDataException($"Tape: the stream ends {bytes.Length - read} bytes early.");
    }

    private static ReadOnlyMemory<byte> Bytes<T>(T[] column)
        where T : unmanaged => MemoryMarshal.AsBytes(column.AsSpan()).ToArray();
}

/// <summary>The values of one field, one a row: numbers with NaN for none, integers, or words; dates are words as <c>2024-01-31</c>.</summary>
public sealed record TapeValues(
    string Name,
    [property: JsonConverter(typeof(NumbersOrNull))] double[]? Numbers = null,
    long[]? Integers = null,
    string?[]? Words = null);

// JSON knows no NaN.
internal sealed class NumbersOrNull : JsonConverter<double[]>
{
    public override double[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var numbers = new List<double>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            numbers.Add(reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble());
        }

        return [.. numbers];
    }

    public override void Write(Utf8JsonWriter writer, double[] value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var number in value)
        {
            if (double.IsNaN(number)) writer.WriteNullValue();
            else writer.WriteNumberValue(number);
        }

        writer.WriteEndArray();
    }
}
