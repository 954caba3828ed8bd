using AlgoStack.Gateway.ApiKeys;
using AlgoStack.Gateway.Audit;
using AlgoStack.Gateway.Sessions;
using AlgoStack.Gateway.Tokens;
using AlgoStack.Gateway.TwoFactor;
using AlgoStack.Gateway.Users;
using AlgoStack.ServiceDefaults;
using AlgoStack.ServiceDefaults.Tokens;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;

namespace AlgoStack.Gateway;

/// <summary>Users, their sessions, and the tokens that every service takes.</summary>
internal static class SignInServices
{
    /// <summary>Everything under <c>/auth</c> is short.</summary>
    private const int MostBodyBytes = 16 * 1024;

    public static void AddSignIn(this WebApplicationBuilder builder)
    {
        builder.Services
            .AddIdentityCore<User>(PasswordRules.Configure)
            .AddUserStore<UserStore>()
            .AddPasswordValidator<PasswordRules>();
        builder.Services.Configure<PasswordHasherOptions>(options => options.IterationCount = PasswordRules.HashIterations);
        // What is missing or null is refused while it is read, so that no handler meets it.
        builder.Services.ConfigureHttpJsonOptions(options =>
            (options.SerializerOptions.RespectNullableAnnotations, options.SerializerOptions.RespectRequiredConstructorParameters) = (true, true));

        builder.Services.AddSingleton<FirstAdmin>();
        builder.Services.AddHostedService(services => services.GetRequiredService<FirstAdmin>());
        builder.Services.AddSingleton<Invitations>();
        builder.Services.AddSingleton<SignInFailures>();
        builder.Services.AddScoped<AcceptInvitation>();
        builder.Services.AddScoped<PasswordCheck>();
        builder.Services.AddSingleton<NobodysPassword>();
        builder.Services.AddScoped<PresentPassword>();
        builder.Services.AddScoped<ChangePassword>();
        builder.Services.AddSingleton<UserTable>();
        builder.Services.AddSingleton<SecondFactor>();

        builder.Services.AddSingleton<SigningKeys>();
        builder.Services.AddSingleton<AccessTokens>();
        builder.Services.AddSingleton<TokenOrigin>();
        builder.Services.AddSingleton<SessionTable>();
        builder.Services.AddSingleton<IssueTokens>();
        builder.Services.AddSingleton<RefreshSession>();
        builder.Services.AddScoped<SignIn>();
        builder.Services.AddSingleton<ApiKeyTable>();
        builder.Services.AddHostedService<WatchApiKeys>();
        builder.Services.AddHostedService<RemoveEnded>();

        builder.Services.AddSingleton(services => new TokenKeys(
            services.GetRequiredService<SigningKeys>().PublishedTextAsync,
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<TokenKeys>>()));
        builder.AddTokenCheck(options =>
        {
            options.Cookie = SessionCookies.Access;
            options.HasEnded = TokenOrigin.HasEndedAsync;
        });
    }

    public static void MapSignIn(this WebApplication app)
    {
        GetKeys.Map(app);
        var auth = app.MapGroup("").WithMetadata(new RequestSizeLimitAttribute(MostBodyBytes), new AuditsItself());
        AcceptInvitation.Map(auth);
        InviteUser.Map(auth);
        GetMe.Map(auth);
        ChangePassword.Map(auth);
        BeginTwoFactor.Map(auth);
        ConfirmTwoFactor.Map(auth);
        RemoveTwoFactor.Map(auth);
        SignIn.Map(auth);
        RefreshSession.Map(auth);
        SignOut.Map(auth);
        GetSessions.Map(auth);
        RevokeSession.Map(auth);
        MakeApiKey.Map(auth);
        GetApiKeys.Map(auth);
        RotateApiKey.Map(auth);
        RevokeApiKey.Map(auth);
        TakeToken.Map(auth);
        GetUsers.Map(auth);
        ChangeRole.Map(auth);
        DisableUser.Map(auth);
        DeleteUser.Map(auth);
        SessionsOfUser.Map(auth);
        ApiKeysOfUser.Map(auth);
        ExportUser.Map(auth);
    }
}
