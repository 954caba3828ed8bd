using Microsoft.AspNetCore.Identity;

namespace AlgoStack.Gateway.Users;

/// <summary>Whether a password is a user's. It takes as long for a name that nobody has.</summary>
internal sealed class PasswordCheck(UserManager<User> users, IPasswordHasher<User> hasher)
{
    // Of no password that anybody knows, made once, the way the others are.
    private static string? _nobodys;

    /// <returns>Who has the name, if anybody, and whether the password is theirs.</returns>
    public async Task<(User? User, bool IsTheirs)> FindAsync(string name, string password)
    {
        // Nobody has one as long, and it would be hashed.
        if (password.Length > PasswordRules.MostCharacters) password = "";

        if (await users.FindByNameAsync(name) is { } user) return (user, await users.CheckPasswordAsync(user, password));

        var nobody = new User();
        _nobodys ??= hasher.HashPassword(nobody, Tokens.Secret.New());
        hasher.VerifyHashedPassword(nobody, _nobodys, password);
        return (null, false);
    }
}
