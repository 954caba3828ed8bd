using System.Security.Cryptography;
using System.Text;

namespace AlgoStack.Alerting.Alerts;

/// <summary>
/// An alert's id is a function of what caused it, so that a message told twice raises one alert. 32 hexadecimal digits.
/// </summary>
public static class AlertId
{
    private const int Bytes = 16;

    /// <param name="cause">What tells this alert from all others: the rule's name, then session, sequence, message id, …</param>
    public static string From(params ReadOnlySpan<string> cause)
    {
        // A unit separator cannot be in a cause's parts: ids, numbers and cleaned text have no control characters.
        var text = string.Join('\u001f', cause);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, Bytes));
    }
}
