using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AlgoStack.Gateway.TwoFactor;

/// <summary>Codes by time (RFC 6238) as every authenticator app computes them: HMAC-SHA-1, 30 seconds, 6 digits.</summary>
internal static class Totp
{
    public const int Digits = 6;

    private const int StepSeconds = 30;
    private const int SecretBytes = 20;
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static byte[] NewSecret() => RandomNumberGenerator.GetBytes(SecretBytes);

    /// <summary>Of the time steps around now the one that the code is of, one to either side for a clock that is off. Null for none.</summary>
    public static long? StepOf(string code, byte[] secret, DateTimeOffset now)
    {
        var current = now.ToUnixTimeSeconds() / StepSeconds;
        for (var step = current - 1; step <= current + 1; step++)
        {
            if (CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Code(secret, step)), Encoding.UTF8.GetBytes(code))) return step;
        }

        return null;
    }

    /// <summary>RFC 4226, 5.3.</summary>
    public static string Code(byte[] secret, long step)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
#pragma warning disable CA5350 // The one that apps have; what is weak of SHA-1 is no matter in an HMAC.
        var hash = HMACSHA1.HashData(secret, counter);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 0x0F)) & 0x7FFF_FFFF;
        return (number % 1_000_000).ToString("d6", CultureInfo.InvariantCulture);
    }

    /// <summary>As apps read it, from a picture or by hand: Base32 of RFC 4648, whose groups of five bytes the secret fills.</summary>
    public static string Write(byte[] secret)
    {
        var text = new StringBuilder();
        for (var bit = 0; bit < secret.Length * 8; bit += 5)
        {
            var two = (secret[bit / 8] << 8) | (bit / 8 + 1 < secret.Length ? secret[(bit / 8) + 1] : 0);
            text.Append(Alphabet[(two >> (11 - (bit % 8))) & 0x1F]);
        }

        return text.ToString();
    }

    /// <summary>What the picture says.</summary>
    public static string Address(string user, byte[] secret) =>
        $"otpauth://totp/AlgoStack:{Uri.EscapeDataString(user)}?secret={Write(secret)}&issuer=AlgoStack&algorithm=SHA1&digits={Digits}&period={StepSeconds}";
}
