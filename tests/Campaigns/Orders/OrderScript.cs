using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using AlgoStack.Contracts.Orders;

namespace AlgoStack.Campaigns.Orders;

/// <summary>All that is asked for and all that the market does, in order, as a seed makes it.</summary>
internal sealed class OrderScript
{
    public const string Account = "main";

    /// <summary>Whose keys they are: of who comes with the key that services know each other by.</summary>
    private const string Caller = "service";

    /// <summary>How far from the market a limit may be, and how far a price may go at once.</summary>
    private const double WidestLimit = 0.01;
    private const double WidestMove = 0.004;

    /// <summary>What is done to an order is done within so many orders of it.</summary>
    private const int LongestPatience = 8;

    private const int MostQuantity = 20;

    private readonly Random _random;
    private readonly decimal[] _prices;
    private readonly List<(int After, Step Step)> _later = [];

    /// <param name="symbols">More of them go on more at a time: one whose order is unknown holds back all others of its symbol.</param>
    public OrderScript(int seed, int orders, int symbols)
    {
        _random = new Random(seed);
        Symbols = [.. Enumerable.Range(0, symbols).Select(i => string.Create(CultureInfo.InvariantCulture, $"C{i:000}"))];
        _prices = [.. Symbols.Select(_ => decimal.Round((decimal)(50 + (_random.NextDouble() * 450)), 2))];
        var steps = new List<Step>();
        for (var i = 0; i < symbols; i++) steps.Add(new Step.Price(Symbols[i], _prices[i], null));
        for (var number = 0; number < orders; number++)
        {
            if (_random.Next(2) == 0) steps.Add(Move(_random.Next(symbols)));
            steps.Add(Place(number));
            foreach (var (_, step) in _later.Where(l => l.After == number)) steps.Add(step);
            _later.RemoveAll(l => l.After == number);
        }

        steps.AddRange(_later.Select(l => l.Step));
        Steps = steps;
    }

    public IReadOnlyList<string> Symbols { get; }

    public IReadOnlyList<Step> Steps { get; }

    public static string InstrumentOf(string symbol) => $"{symbol}.ALPACA";

    /// <summary>The <c>Idempotency-Key</c> of an order.</summary>
    public static string KeyOf(int number) => string.Create(CultureInfo.InvariantCulture, $"order-{number}");

    public static string CloseKeyOf(int number) => string.Create(CultureInfo.InvariantCulture, $"close-{number}");

    /// <summary>The id that the order of a key has to have.</summary>
    public static string IdOf(int number) => IdOf($"{Caller}\n{KeyOf(number)}");

    /// <summary>The id that the order of a key that closes a position has to have.</summary>
    public static string CloseIdOf(int number, string symbol) => IdOf($"{Caller}\n{CloseKeyOf(number)}\n{InstrumentOf(symbol)}");

    /// <summary>The id that an order has to have which opens what is left beyond zero of another: the venue takes none through it.</summary>
    public static string OpeningIdOf(string order) => IdOf($"{order}\nopen");

    /// <summary>The first 130 bits of a SHA-256 in Crockford's base 32.</summary>
    private static string IdOf(string key)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{Account}\nrequest\n{key}"));
        var number = new BigInteger(hash, isUnsigned: true, isBigEndian: true) >> 126;
        return new string([.. Enumerable.Range(0, 26).Select(i => "0123456789abcdefghjkmnpqrstvwxyz"[(int)(number >> (5 * (25 - i)) & 31)])]);
    }

    private Step.Price Move(int symbol)
    {
        _prices[symbol] = Near(symbol, WidestMove);
        // In every third symbol not all that is wanted can trade at once.
        return new Step.Price(Symbols[symbol], _prices[symbol], symbol % 3 == 0 ? _random.Next(1, MostQuantity) : null);
    }

    private Step.Place Place(int number)
    {
        var symbol = _random.Next(Symbols.Count);
        var isLimit = _random.Next(10) < 6;
        var limit = Near(symbol, WidestLimit);
        var order = new SubmitOrder(
            Account,
            InstrumentOf(Symbols[symbol]),
            _random.Next(2) == 0 ? "Buy" : "Sell",
            isLimit ? "Limit" : "Market",
            _random.Next(1, MostQuantity + 1),
            LimitPrice: isLimit ? limit : null,
            TimeInForce: !isLimit ? null : _random.Next(6) == 0 ? "Ioc" : "Gtc");
        if (_random.Next(4) == 0) Later(number, new Step.Cancel(number));
        if (isLimit && _random.Next(6) == 0) Later(number, new Step.Replace(number, Near(symbol, WidestLimit)));
        if (_random.Next(50) == 0) Later(number, new Step.Close(number, Symbols[symbol]));
        return new Step.Place(number, order);
    }

    private void Later(int number, Step step) => _later.Add((number + _random.Next(LongestPatience), step));

    private decimal Near(int symbol, double part) => decimal.Round(_prices[symbol] * (decimal)(1 + (part * ((2 * _random.NextDouble()) - 1))), 2);
}
