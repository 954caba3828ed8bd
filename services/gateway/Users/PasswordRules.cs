using Microsoft.AspNetCore.Identity;

namespace AlgoStack.Gateway.Users;

/// <summary>
/// Length is what counts, as NIST SP 800-63B has it: no character of any kind is demanded. Beside Identity's own check of
/// the length and of different characters, a password must not contain the user's name nor be longer than anybody types.
/// </summary>
internal sealed class PasswordRules : IPasswordValidator<User>
{
    public const int FewestCharacters = 12;
    public const int FewestDifferent = 5;
    public const int MostCharacters = 256;

    /// <summary>As OWASP's password storage cheat sheet asks of PBKDF2 with HMAC-SHA-512.</summary>
    public const int HashIterations = 210_000;

    public static void Configure(IdentityOptions options)
    {
        options.Password.RequiredLength = FewestCharacters;
        options.Password.RequiredUniqueChars = FewestDifferent;
        options.Password.RequireDigit = false;
        options.Password.RequireLowercase = false;
        options.Password.RequireUppercase = false;
        options.Password.RequireNonAlphanumeric = false;
    }

    public Task<IdentityResult> ValidateAsync(UserManager<User> manager, User user, string? password)
    {
        if (password is { Length: > MostCharacters })
            return Refuse("PasswordTooLong", $"Passwords must have at most {MostCharacters} characters.");
        if (password is not null && password.Contains(user.Name, StringComparison.OrdinalIgnoreCase))
            return Refuse("PasswordHasName", "Passwords must not contain the user's name.");

        return Task.FromResult(IdentityResult.Success);
    }

    private static Task<IdentityResult> Refuse(string code, string description) =>
        Task.FromResult(IdentityResult.Failed(new IdentityError { Code = code, Description = description }));
}
