namespace AlgoStack.Gateway.Door;

internal static class UserAgent
{
    private const int Most = 200;

    /// <summary>The program that asks, as it says itself, and no more of it than 200 characters. Empty where it says nothing.</summary>
    public static string Of(HttpContext context)
    {
        var said = context.Request.Headers.UserAgent.ToString();
        if (said.Length <= Most) return said;

        // Half a surrogate pair cannot be stored.
        return char.IsHighSurrogate(said[Most - 1]) ? said[..(Most - 1)] : said[..Most];
    }
}
