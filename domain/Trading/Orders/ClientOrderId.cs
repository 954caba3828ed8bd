using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AlgoStack.Trading.Instruments;

namespace AlgoStack.Trading.Orders;

/// <summary>
/// Our name for an order, a function of what asked for it: a signal seen twice makes the same id, so that broker, store
/// and tests all see one order. 26 characters of Crockford's base 32, case-insensitive and safe for every venue.
/// </summary>
public readonly record struct ClientOrderId(string Value)
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int Characters = 26;

    /// <param name="leg">0 for the order a signal asks for; a bracket's exits and the like count on.</param>
    public static ClientOrderId For(string account, string strategy, InstrumentId instrument, long barCloseMs, int leg)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{account}\n{strategy}\n{instrument}\n{barCloseMs}\n{leg}");
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

        return new ClientOrderId(new string(id));
    }

    public override string ToString() => Value;
}
