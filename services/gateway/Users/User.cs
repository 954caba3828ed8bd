using AlgoStack.Gateway.Audit;

namespace AlgoStack.Gateway.Users;

/// <summary>Somebody who may sign in.</summary>
internal sealed class User
{
    public Guid Id { get; init; }

    public string Name { get; set; } = "";

    /// <summary>The name as it is looked up; no two users have the same.</summary>
    public string NormalizedName { get; set; } = "";

    /// <summary>Null of who signs in with another issuer.</summary>
    public string? PasswordHash { get; set; }

    public Role Role { get; init; }

    /// <summary>An administrator has shut them out.</summary>
    public bool IsDisabled { get; init; }

    /// <summary>Of the record that this was read from.</summary>
    public int Version { get; set; }

    /// <summary>The hash of the one-time link that a new user is made with.</summary>
    public byte[]? Invitation { get; init; }

    /// <summary>What is taken down with the next change that is stored. Null where nobody need know.</summary>
    public AccountEvent? Why { get; set; }
}
