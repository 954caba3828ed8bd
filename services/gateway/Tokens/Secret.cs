using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace AlgoStack.Gateway.Tokens;

/// <summary>
/// Something random that its holder shows to be let in. Only its hash is stored; with 256 random bits a plain SHA-256 cannot
/// be guessed back.
/// </summary>
internal static class Secret
{
    /// <summary>Characters of one.</summary>
    public const int Length = 43;

    private const int Bytes = 32;

    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>Of whatever was shown, which need not be one.</summary>
    public static byte[] Hash(string shown) => SHA256.HashData(Encoding.UTF8.GetBytes(shown));
}
