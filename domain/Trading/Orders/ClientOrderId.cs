using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AlgoStack.Trading.Instruments;

namespace AlgoStack.Trading.Orders;

/// <summary>
/// Our name for an order, a function of what asked for it: a signal seen twice makes the same id, so that broker, store
/// and tests all see one order. 26 characters of Crockford's base 32, case-insensitive and safe for every venue; worked out
/// when they are first asked for, which a backtest may never do.
/// </summary>
public sealed class ClientOrderId : IEquatable<ClientOrderId>
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int Characters = 26;

    private readonly string _account = "";
    private readonly string _strategy = "";
    private readonly InstrumentId _instrument;
    private readonly long _barCloseMs;
    private readonly int _leg;
    private string? _value;

    /// <summary>A name that was told.</summary>
    public ClientOrderId(string value) => _value = value;

    private ClientOrderId(string account, string strategy, InstrumentId instrument, long barCloseMs, int leg)
    {
        _account = account;
        _strategy = strategy;
        _instrument = instrument;
        _barCloseMs = barCloseMs;
        _leg = leg;
    }

    public string Value => _value ??= Derive();

    /// <param name="leg">0 for the order a signal asks for; a bracket's exits and the like count on.</param>
    public static ClientOrderId For(string account, string strategy, InstrumentId instrument, long barCloseMs, int leg) =>
        new(account, strategy, instrument, barCloseMs, leg);

    /// <summary>The id of an order that a person or a program asked for, once under one key.</summary>
    /// <param name="key">As the caller gave it; its own for each account.</param>
    public static ClientOrderId ForRequest(string account, string key) => new(Hash($"{account}\nrequest\n{key}"));

    /// <summary>The id of an exit.</summary>
    /// <param name="group">As in <see cref="OrderIntent.OneCancelsOther"/>.</param>
    /// <param name="turn">As in <see cref="OrderIntent.Turn"/>.</param>
    public static ClientOrderId ForExit(string group, OrderLeg leg, int turn) =>
        new(Hash(string.Create(CultureInfo.InvariantCulture, $"{group}\n{leg}\n{turn}")));

    /// <summary>The id of a slice.</summary>
    /// <param name="execution">As in <see cref="OrderIntent.Execution"/>.</param>
    /// <param name="turn">As in <see cref="OrderIntent.Turn"/>.</param>
    public static ClientOrderId ForSlice(string execution, int turn) =>
        new(Hash(string.Create(CultureInfo.InvariantCulture, $"{execution}\nslice\n{turn}")));

    public bool Equals(ClientOrderId? other) => other is not null && (ReferenceEquals(this, other) || Value == other.Value);

    public override bool Equals(object? obj) => Equals(obj as ClientOrderId);

    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Value;

    private string Derive() => Hash(string.Create(CultureInfo.InvariantCulture, $"{_account}\n{_strategy}\n{_instrument}\n{_barCloseMs}\n{_leg}"));

    private static string Hash(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);

        Span<char> id = stackalloc char[Characters];
        var bits = 0;
        var held = 0;
        var next = 0;
        for (var i = 0; i < Characters; i++)
        {
            if (held < 5)
            {
                bits = (bits << 8) | hash[next++];
                held += 8;
            }

            held -= 5;
            id[i] = Alphabet[(bits >> held) & 31];
            bits &= (1 << held) - 1;
        }

        return new string(id);
    }
}
