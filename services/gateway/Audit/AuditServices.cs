using AlgoStack.EventStore;
using AlgoStack.EventStore.Inspection;
using AlgoStack.Gateway.Forwarding;
using AlgoStack.ServiceDefaults;
using AlgoStack.ServiceDefaults.Tokens;

namespace AlgoStack.Gateway.Audit;

/// <summary>The gateway's database, and in it the log of who did what.</summary>
internal static class AuditServices
{
    public static void AddAudit(this WebApplicationBuilder builder)
    {
        builder.AddEventStore("algostack", Routes.Gateway, store =>
        {
            store.Event<UserSignedIn>("signed_in");
            store.Event<SignInFailed>("sign_in_failed");
            store.Event<SignInLocked>("sign_in_locked");
            store.Event<SignedOut>("signed_out");
            store.Event<SessionRevoked>("session_revoked");
            store.Event<RefreshTokenReused>("refresh_token_reused");
            store.Event<TwoFactorTurnedOn>("two_factor_turned_on");
            store.Event<TwoFactorTurnedOff>("two_factor_turned_off");
            store.Event<RecoveryCodeUsed>("recovery_code_used");
            store.Event<PasswordChanged>("password_changed");
            store.Event<UserInvited>("user_invited");
            store.Event<UserMade>("user_made");
            store.Event<RoleChanged>("role_changed");
            store.Event<UserDisabled>("user_disabled");
            store.Event<UserEnabled>("user_enabled");
            store.Event<UserDeleted>("user_deleted");
            store.Event<UserExported>("user_exported");
            store.Event<ApiKeyMade>("api_key_made");
            store.Event<ApiKeyRotated>("api_key_rotated");
            store.Event<ApiKeyRevoked>("api_key_revoked");
            store.Event<ApiKeyFirstUsed>("api_key_first_used");
            store.Event<ChangeBegun>("change_begun");
            store.Event<ChangeMade>("change_made");
            store.Inline<AuditTrail>();
        });
        builder.Services.AddSingleton<PlaceTable>();
        builder.Services.AddSingleton<AuditLog>();
        builder.Services.AddSingleton<AuditReader>();
        builder.Services.AddSingleton<RecordChanges>();
        builder.Services.AddHostedService(services => services.GetRequiredService<RecordChanges>());
    }

    /// <summary>From here on, every request that changes something.</summary>
    public static void UseAudit(this WebApplication app) => app.Use(app.Services.GetRequiredService<RecordChanges>().InvokeAsync);

    public static void MapAudit(this WebApplication app)
    {
        ReadAudit.Map(app);
        // It says who did what, so that not even a look at it is for everybody.
        app.MapGroup("").RequireScope(TokenScopes.Admin).MapEventStore($"/api/v1/stores/{Routes.Gateway}");
    }
}
