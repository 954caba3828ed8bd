using System.Globalization;
using System.Text;
using System.Text.Json;

namespace AlgoStack.Testing.Venues;

/// <summary>
/// What the durable file of the simulated broker comes to, from its lines as <c>tests/VenueSim/README.md</c> describes them.
/// It shares no code with the venue, nor with what is tested against it.
/// </summary>
public sealed class VenueLedger
{
    private readonly SortedDictionary<long, VenueOrder> _orders = [];
    private readonly List<VenueFill> _fills = [];
    private readonly SortedDictionary<string, decimal> _positions = new(StringComparer.Ordinal);

    private VenueLedger()
    {
    }

    /// <summary>In the order they were accepted, legs included.</summary>
    public IReadOnlyCollection<VenueOrder> Orders => _orders.Values;

    /// <summary>In the order they happened.</summary>
    public IReadOnlyList<VenueFill> Fills => _fills;

    /// <summary>Units by symbol, short ones negative, without those that are flat.</summary>
    public IReadOnlyDictionary<string, decimal> Positions =>
        _positions.Where(p => p.Value != 0).ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);

    /// <summary>In USD.</summary>
    public decimal Cash { get; private set; }

    public int Lines { get; private set; }

    /// <summary>Reads it as it stands; a last line without its end has not happened.</summary>
    /// <exception cref="InvalidDataException">A line is missing or twice there.</exception>
    public static VenueLedger Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var text = reader.ReadToEnd();
        var ledger = new VenueLedger();
        foreach (var line in text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var json = JsonDocument.Parse(line);
            var number = json.RootElement.GetProperty("n").GetInt32();
            if (number != ++ledger.Lines)
                throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"Line {ledger.Lines} of {path} says that it is {number}."));

            ledger.Add(json.RootElement);
        }

        return ledger;
    }

    /// <summary>The orders sent under the id; more than one is a double.</summary>
    public IReadOnlyList<VenueOrder> Find(string clientOrderId) => [.. Orders.Where(o => o.ClientOrderId == clientOrderId)];

    public decimal PositionOf(string symbol) => _positions.GetValueOrDefault(symbol);

    private void Add(JsonElement line)
    {
        switch (Text(line, "kind"))
        {
            case "cash":
                Cash += Number(line, "amount");
                break;
            case "position":
                _positions[Text(line, "symbol")] = PositionOf(Text(line, "symbol")) + Number(line, "qty");
                break;
            case "accepted":
                Open(line, line.GetProperty("order"));
                foreach (var leg in line.GetProperty("legs").EnumerateArray()) Open(line, leg);
                break;
            case "replaced":
                End(line, "replaced");
                Open(line, line.GetProperty("by"));
                break;
            case "closed":
                End(line, Text(line, "status"));
                break;
            case "filled":
                Fill(line);
                break;
        }
    }

    private void Open(JsonElement line, JsonElement order)
    {
        var number = order.GetProperty("order").GetInt64();
        _orders.Add(number, new VenueOrder(
            number, Text(order, "id"), Text(order, "client_order_id"), Text(order, "symbol"), Text(order, "side"), Number(order, "qty"), "open", 0, 0)
        {
            AcceptedAt = line.GetProperty("at").GetDateTimeOffset(),
            Replaces = order.TryGetProperty("replaces", out var replaced) ? replaced.GetInt64() : null,
        });
    }

    private void End(JsonElement line, string status)
    {
        var number = line.GetProperty("order").GetInt64();
        _orders[number] = _orders[number] with { Status = status };
    }

    private void Fill(JsonElement line)
    {
        var fill = new VenueFill(
            Text(line, "execution"),
            line.GetProperty("order").GetInt64(),
            Text(line, "client_order_id"),
            Text(line, "symbol"),
            Text(line, "side"),
            Number(line, "qty"),
            Number(line, "price"),
            line.GetProperty("at").GetDateTimeOffset());
        _fills.Add(fill);
        var signed = fill.Side == "buy" ? fill.Qty : -fill.Qty;
        _positions[fill.Symbol] = PositionOf(fill.Symbol) + signed;
        Cash -= signed * fill.Price;

        var order = _orders[fill.Order];
        order = order with { Filled = order.Filled + fill.Qty, Value = order.Value + (fill.Qty * fill.Price) };
        _orders[fill.Order] = order.Filled >= order.Qty ? order with { Status = "filled" } : order;
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    // Decimals are text.
    private static decimal Number(JsonElement element, string name) => decimal.Parse(Text(element, name), NumberStyles.Number, CultureInfo.InvariantCulture);
}
