using System.Runtime.InteropServices;

namespace AlgoStack.BrokerRouting.Brokers.Binance;

/// <summary>
/// Ed25519 signatures (S. Josefsson and I. Liusvaara, RFC 8032, 2017). .NET 10 has none of its own; OpenSSL, which its
/// cryptography stands on under Linux, has. Elsewhere such keys are refused.
/// </summary>
internal static class Ed25519
{
    private const string OpenSsl = "libcrypto.so.3";
    private const int KeyType = 1087;
    private const int SeedBytes = 32;
    private const int SignatureBytes = 64;

    // RFC 8410, section 7: a version, the algorithm's identifier, and the seed as an octet string within an octet string.
    private static readonly byte[] Header = Convert.FromHexString("300506032b657004220420");
    private const int HeaderAt = 5;

    /// <summary>False where the key is of another algorithm.</summary>
    public static bool TryReadSeed(ReadOnlySpan<byte> pkcs8, out byte[] seed)
    {
        var seedAt = HeaderAt + Header.Length;
        var isEd25519 = pkcs8.Length >= seedAt + SeedBytes && pkcs8[HeaderAt..].StartsWith(Header);
        seed = isEd25519 ? pkcs8.Slice(seedAt, SeedBytes).ToArray() : [];
        return isEd25519;
    }

    /// <exception cref="NotSupportedException">There is no OpenSSL 3 on this machine, or it will not sign so.</exception>
    public static byte[] Sign(byte[] seed, byte[] text)
    {
        try
        {
            return SignBy(seed, text);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new NotSupportedException($"Ed25519 keys need OpenSSL 3 ({OpenSsl}), which is not here. Use an HMAC or an RSA key.", e);
        }
    }

    private static byte[] SignBy(byte[] seed, byte[] text)
    {
        var key = EVP_PKEY_new_raw_private_key(KeyType, 0, seed, SeedBytes);
        var context = EVP_MD_CTX_new();
        try
        {
            var signature = new byte[SignatureBytes];
            nuint length = SignatureBytes;
            return key != 0 && context != 0
                && EVP_DigestSignInit(context, 0, 0, 0, key) == 1
                && EVP_DigestSign(context, signature, ref length, text, (nuint)text.Length) == 1
                && length == SignatureBytes
                    ? signature
                    : throw new NotSupportedException("OpenSSL refuses to sign with Ed25519. Use an HMAC or an RSA key.");
        }
        finally
        {
            EVP_MD_CTX_free(context);
            EVP_PKEY_free(key);
        }
    }

    [DllImport(OpenSsl), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint EVP_PKEY_new_raw_private_key(int type, nint engine, byte[] key, nuint length);

    [DllImport(OpenSsl), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void EVP_PKEY_free(nint key);

    [DllImport(OpenSsl), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint EVP_MD_CTX_new();

    [DllImport(OpenSsl), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void EVP_MD_CTX_free(nint context);

    [DllImport(OpenSsl), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int EVP_DigestSignInit(nint context, nint keyContext, nint digest, nint engine, nint key);

    [DllImport(OpenSsl), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int EVP_DigestSign(nint context, byte[] signature, ref nuint signatureLength, byte[] text, nuint textLength);
}
