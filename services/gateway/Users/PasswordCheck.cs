using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace AlgoStack.Gateway.Users;

/// <summary>Whether a password is a user's. It takes as long for a name that nobody has, or nobody with a password.</summary>
internal sealed class PasswordCheck(UserManager<User> users, IPasswordHasher<User> hasher, NobodysPassword nobodys)
{
    /// <returns>Who has the name, if anybody, and whether the password is theirs.</returns>
    public async Task<(User? User, bool IsTheirs)> FindAsync(string name, string password)
    {
        // Nobody has one as long, and it would be hashed.
        if (password.Length > PasswordRules.MostCharacters) password = "";

        if (await users.FindByNameAsync(name) is { PasswordHash: not null } user) return (user, await users.CheckPasswordAsync(user, password));

        hasher.VerifyHashedPassword(new User(), nobodys.Hash, password);
        return (null, false);
    }
}

/// <summary>One that nobody knows, hashed once, the way the others are.</summary>
internal sealed class NobodysPassword(IOptions<PasswordHasherOptions> options)
{
    public string Hash { get; } = new PasswordHasher<User>(options).HashPassword(new User(), Tokens.Secret.New());
}
