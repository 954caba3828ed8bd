using AlgoStack.ServiceDefaults.Tokens;

namespace AlgoStack.Gateway.Users;

/// <summary>What a user may do at most. Each may what the one before it may.</summary>
internal enum Role
{
    Viewer,
    Trader,
    Admin,
}

internal static class Roles
{
    private static readonly string[] Names = ["viewer", "trader", "admin"];

    private static readonly string[] Scopes = [TokenScopes.Read, TokenScopes.Trade, TokenScopes.Admin];

    public const string Spelled = "viewer, trader or admin";

    public static string Name(this Role role) => Names[(int)role];

    public static IReadOnlyList<string> ScopesOf(Role role) => Scopes[..((int)role + 1)];

    /// <summary>A role as it is stored.</summary>
    public static Role Read(string stored) => Parse(stored) ?? throw new InvalidDataException($"users.role: expected {Spelled}, found '{stored}'.");

    /// <summary>Null for what is not the name of a role.</summary>
    public static Role? Parse(string? name) => Array.IndexOf(Names, name) is >= 0 and var role ? (Role)role : null;
}
