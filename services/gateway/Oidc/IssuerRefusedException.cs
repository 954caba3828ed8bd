namespace AlgoStack.Gateway.Oidc;

/// <summary>Why what came from the issuer, or by way of the browser, lets nobody in. Nothing of a token is in it.</summary>
internal sealed class IssuerRefusedException(string code, string detail, bool retryable = false, Exception? inner = null) : Exception(detail, inner)
{
    public string Code => code;

    /// <summary>Whether the issuer was away, and may be back.</summary>
    public bool Retryable => retryable;
}
