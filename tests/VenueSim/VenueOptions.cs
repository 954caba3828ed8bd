using System.Globalization;

namespace AlgoStack.VenueSim;

/// <summary>What the command line says: <c>--port --file --cash --key --secret</c>.</summary>
/// <param name="Port">On the loopback address; 0 takes a free one.</param>
/// <param name="File">The durable file, made where it is missing.</param>
/// <param name="Cash">In USD, of an account whose file is new.</param>
internal sealed record VenueOptions(int Port, string File, decimal Cash, string Key, string Secret)
{
    public const int MostBodyBytes = 1024 * 1024;

    public static VenueOptions Read(IConfiguration arguments) => new(
        int.Parse(arguments["port"] ?? "0", CultureInfo.InvariantCulture),
        Path.GetFullPath(arguments["file"] ?? "venue.jsonl"),
        decimal.Parse(arguments["cash"] ?? "100000", CultureInfo.InvariantCulture),
        arguments["key"] ?? "PKTEST00000000000000",
        arguments["secret"] ?? "alpacaTestSecret");

    public bool Knows(string? key, string? secret) => key == Key && secret == Secret;
}
