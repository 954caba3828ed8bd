using System.Text;

namespace AlgoStack.Gateway.Push;

/// <summary>Something to be pushed, as the journal keeps it: written once, whoever reads it.</summary>
/// <param name="Kinds">One, or of a reset all that it is about.</param>
/// <param name="Price">Of a price, which one it is.</param>
/// <param name="Json">The message as it is sent, in UTF-8.</param>
internal sealed record PushEvent(
    long Sequence, PushKinds Kinds, string? Instrument, string? Session, string? Account, NewestPrice? Price, ReadOnlyMemory<byte> Json);

/// <summary>Where the newest price of one instrument in one session is.</summary>
internal sealed class NewestPrice
{
    public long Sequence { get; set; }
}

/// <summary>An event that has no number yet.</summary>
/// <param name="Head">The message up to its number.</param>
/// <param name="Tail">The rest of it.</param>
/// <param name="PriceOf">Of a price what it is a price of.</param>
internal sealed record PushDraft(
    PushKinds Kinds, byte[] Head, byte[] Tail, string? Instrument = null, string? Session = null, string? Account = null, string? PriceOf = null)
{
    private const int MostDigits = 20;

    private static readonly byte[] EventHead = "{\"type\":\"event\",\"sequence\":"u8.ToArray();
    private static readonly byte[] ResetHead = "{\"type\":\"reset\",\"sequence\":"u8.ToArray();

    /// <param name="data">As JSON in UTF-8.</param>
    public static PushDraft Event(PushKinds kind, ReadOnlySpan<byte> data, string? instrument = null, string? session = null, string? account = null, string? priceOf = null)
    {
        byte[] tail = [.. Encoding.UTF8.GetBytes($",\"kind\":\"{PushKind.Names(kind)[0]}\",\"data\":"), .. data, (byte)'}'];
        return new PushDraft(kind, EventHead, tail, instrument, session, account, priceOf);
    }

    /// <summary>Something of these kinds was missed: who reads past it has to read them anew.</summary>
    public static PushDraft Reset(string epoch, PushKinds kinds, string reason)
    {
        // The number, here a 0, stands where an event's does.
        var message = PushReply.Reset(epoch, 0, kinds, reason);
        return new PushDraft(kinds, ResetHead, message[(ResetHead.Length + 1)..]);
    }

    public PushEvent Number(long sequence, NewestPrice? price)
    {
        Span<byte> digits = stackalloc byte[MostDigits];
        sequence.TryFormat(digits, out var length, provider: System.Globalization.CultureInfo.InvariantCulture);
        return new PushEvent(sequence, Kinds, Instrument, Session, Account, price, (byte[])[.. Head, .. digits[..length], .. Tail]);
    }
}
