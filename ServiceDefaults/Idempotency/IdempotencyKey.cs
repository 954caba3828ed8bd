using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace AlgoStack.ServiceDefaults.Idempotency;

/// <summary>
/// What names a request for a day: a handler that takes an <c>IdempotencyKey?</c> gets the one of the header
/// <c>Idempotency-Key</c>, or null, and makes the id of what it begins from it. For after a crash the handler is run again,
/// and must then find what it began.
/// </summary>
public sealed record IdempotencyKey
{
    public const string Header = "Idempotency-Key";

    internal const int MostCharacters = 255;

    private IdempotencyKey(string caller, string value) => (Caller, Value) = (caller, value);

    /// <summary>The user's name, or nothing where there is none. Each caller has keys of its own.</summary>
    public string Caller { get; }

    /// <summary>1 to 255 visible characters of ASCII.</summary>
    public string Value { get; }

    /// <summary>Of both, as what is begun is named after: no other caller's key is the same text.</summary>
    public string Name => Caller.Length == 0 ? Value : $"{Caller}\n{Value}";

    /// <summary>When the key came for the first time, however often it came since.</summary>
    public DateTimeOffset NotedAt { get; internal init; }

    /// <summary>
    /// The same for the same caller, key and time, and for no others: of version 7 (RFC 9562, 5.7), so that ids are in the
    /// order of their times, with a SHA-256 where others have random bits.
    /// </summary>
    public Guid Id
    {
        get
        {
            // A key has no line break in it, so that no two pairs are the same text.
            var id = SHA256.HashData(Encoding.UTF8.GetBytes($"{Caller}\n{Value}")).AsSpan(0, 16);
            Guid.CreateVersion7(NotedAt).ToByteArray(bigEndian: true).AsSpan(0, 6).CopyTo(id);
            id[6] = (byte)((id[6] & 0x0F) | 0x70);
            id[8] = (byte)((id[8] & 0x3F) | 0x80);
            return new Guid(id, bigEndian: true);
        }
    }

    public static ValueTask<IdempotencyKey?> BindAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return ValueTask.FromResult(context.Features.Get<IdempotencyKey>());
    }

    /// <summary>Null when the header is not one key.</summary>
    internal static IdempotencyKey? Read(StringValues header, string caller) =>
        header is [{ Length: > 0 and <= MostCharacters } value] && value.All(c => c is > ' ' and <= '~') ? new IdempotencyKey(caller, value) : null;
}
