using Microsoft.AspNetCore.Http;

namespace AlgoStack.ServiceDefaults.Problems;

/// <summary>
/// A <see cref="Problem"/> found where no answer can be returned. For refusals prefer returning one: this is for what the
/// code above is not expected to handle.
/// </summary>
public sealed class ProblemException(int status, string code, string detail, bool retryable = false, Exception? inner = null)
    : Exception(detail, inner)
{
    public int Status { get; } = status is >= StatusCodes.Status400BadRequest and <= 599
        ? status
        : throw new ArgumentOutOfRangeException(nameof(status), status, "Expected an HTTP status of 400 to 599.");

    public string Code => code;

    public bool Retryable => retryable;
}
