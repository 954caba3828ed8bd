namespace AlgoStack.Gateway.Audit;

/// <summary>
/// Who did something, by ids alone: names and addresses are in tables that a user's row takes along, so that the log stays whole
/// when a user is deleted.
/// </summary>
/// <param name="Id">A user's; <see cref="Nobody"/>; or <c>service</c>, which <c>algo</c> on the same machine is too.</param>
/// <param name="SessionId">Of a person who had signed in.</param>
/// <param name="ApiKeyId">Of a program.</param>
/// <param name="PlaceId">From where: a row of <see cref="PlaceTable"/>, for as long as that is kept.</param>
public sealed record Actor(string Id, Guid? SessionId = null, Guid? ApiKeyId = null, Guid? PlaceId = null)
{
    /// <summary>Who has not signed in.</summary>
    public const string Nobody = "nobody";
}

/// <summary>What somebody did. Stored for ever, so a shape is added to, never changed. When is the stored event's own time.</summary>
public abstract record AuditEvent(Actor By);

/// <summary>What happened to a user's account.</summary>
/// <param name="UserId">Whose. Null where an attempt named nobody that there is.</param>
public abstract record AccountEvent(Guid? UserId, Actor By) : AuditEvent(By);

/// <param name="SecondFactor"><c>app</c> or <c>recovery_code</c>; null of who has none.</param>
public sealed record UserSignedIn(Guid? UserId, string? SecondFactor, Actor By) : AccountEvent(UserId, By);

/// <summary>Somebody showed the wrong thing, to sign in or where a session is asked for its password again.</summary>
/// <param name="Reason">One of <see cref="SignInFailure"/>.</param>
public sealed record SignInFailed(Guid? UserId, string Reason, Actor By) : AccountEvent(UserId, By);

/// <summary>It was one too many: for an hour nobody gets in by this name.</summary>
public sealed record SignInLocked(Guid? UserId, Actor By) : AccountEvent(UserId, By);

public sealed record SignedOut(Guid? UserId, Actor By) : AccountEvent(UserId, By);

/// <summary>A session was ended from elsewhere.</summary>
public sealed record SessionRevoked(Guid? UserId, Guid SessionId, Actor By) : AccountEvent(UserId, By);

/// <summary>A refresh token came a second time, so that somebody has a copy; its session ended.</summary>
public sealed record RefreshTokenReused(Guid? UserId, Guid SessionId, Actor By) : AccountEvent(UserId, By);

public sealed record TwoFactorTurnedOn(Guid? UserId, Actor By) : AccountEvent(UserId, By);

public sealed record TwoFactorTurnedOff(Guid? UserId, Actor By) : AccountEvent(UserId, By);

public sealed record RecoveryCodeUsed(Guid? UserId, Actor By) : AccountEvent(UserId, By);

public sealed record PasswordChanged(Guid? UserId, Actor By) : AccountEvent(UserId, By);

/// <param name="UserId">Who invited.</param>
public sealed record UserInvited(Guid? UserId, string Role, DateTimeOffset ExpiresAt, Actor By) : AccountEvent(UserId, By);

/// <param name="InvitedBy">Null of the first admin, and of who signs in with another issuer.</param>
public sealed record UserMade(Guid? UserId, string Role, Guid? InvitedBy, Actor By) : AccountEvent(UserId, By);

public sealed record RoleChanged(Guid? UserId, string Before, string After, Actor By) : AccountEvent(UserId, By);

public sealed record UserDisabled(Guid? UserId, Actor By) : AccountEvent(UserId, By);

public sealed record UserEnabled(Guid? UserId, Actor By) : AccountEvent(UserId, By);

/// <summary>The user is gone, with everything that was personal.</summary>
public sealed record UserDeleted(Guid? UserId, string Role, Actor By) : AccountEvent(UserId, By);

/// <summary>Somebody was given all there is of a user.</summary>
public sealed record UserExported(Guid? UserId, Actor By) : AccountEvent(UserId, By);

public sealed record ApiKeyMade(Guid? UserId, Guid KeyId, IReadOnlyList<string> Scopes, int Days, Actor By) : AccountEvent(UserId, By);

public sealed record ApiKeyRotated(Guid? UserId, Guid KeyId, Actor By) : AccountEvent(UserId, By);

public sealed record ApiKeyRevoked(Guid? UserId, Guid KeyId, Actor By) : AccountEvent(UserId, By);

/// <summary>A secret of the key was shown for the first time.</summary>
public sealed record ApiKeyFirstUsed(Guid? UserId, Guid KeyId, Actor By) : AccountEvent(UserId, By);

/// <summary>An administrator's change is about to be passed on. Without a <see cref="ChangeMade"/> after it, what came of it is not known here.</summary>
/// <param name="Service">Who is asked; <c>gateway</c> itself for its own.</param>
/// <param name="Path">As it came, escaped and without its query.</param>
public sealed record ChangeBegun(string Service, string Method, string Path, string? IdempotencyKey, Actor By) : AuditEvent(By);

/// <summary>
/// A request that changes something was answered. What was before and after is in the service's own events: they have the same
/// correlation id.
/// </summary>
/// <param name="Status">Of the answer; null where the caller had gone before there was one.</param>
/// <param name="At">When the request came: it is recorded a moment after its answer.</param>
public sealed record ChangeMade(string Service, string Method, string Path, int? Status, string? IdempotencyKey, Actor By, DateTimeOffset At) : AuditEvent(By);

/// <summary>Why an attempt came to nothing.</summary>
public static class SignInFailure
{
    public const string NameUnknown = "name_unknown";
    public const string PasswordWrong = "password_wrong";
    public const string SecondFactorWrong = "second_factor_wrong";
    public const string UserDisabled = "user_disabled";
}
