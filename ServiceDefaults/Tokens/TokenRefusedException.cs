using Microsoft.AspNetCore.Http;

namespace AlgoStack.ServiceDefaults.Tokens;

/// <summary>Why who asks is not let in, as it is answered. Nothing of the token is in it.</summary>
public sealed class TokenRefusedException(int status, string code, string detail, bool retryable = false) : Exception(detail)
{
    public TokenRefusedException(string code, string detail)
        : this(StatusCodes.Status401Unauthorized, code, detail)
    {
    }

    public int Status => status;

    public string Code => code;

    public bool Retryable => retryable;
}
