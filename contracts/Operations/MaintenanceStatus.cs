namespace AlgoStack.Contracts.Operations;

/// <summary>Nothing may be changed over HTTP but what makes trading safer: <c>GET /status</c> of the gateway says so while it is.</summary>
/// <param name="By">The id of the user who began it.</param>
public sealed record MaintenanceStatus(string Reason, string By, DateTimeOffset Since);

/// <summary>Begin it, or say another reason: <c>PUT /maintenance</c> of the gateway. <c>DELETE</c> ends it.</summary>
public sealed record BeginMaintenance(string Reason);
