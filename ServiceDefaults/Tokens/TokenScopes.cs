namespace AlgoStack.ServiceDefaults.Tokens;

/// <summary>What a token lets its holder do. None holds another: who may trade has <c>read</c> as well, by name.</summary>
public static class TokenScopes
{
    public const string Read = "read";

    /// <summary>Whatever makes, changes or stops orders and strategies.</summary>
    public const string Trade = "trade";

    /// <summary>Users, limits, and what belongs to others.</summary>
    public const string Admin = "admin";
}
