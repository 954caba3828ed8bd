using AlgoStack.Alerting.Alerts;

namespace AlgoStack.Alerting.Rules;

/// <summary>What a rule wants a person told. Nothing has happened yet.</summary>
/// <param name="AlertId">A function of the cause: the same cause makes the same id.</param>
/// <param name="Rule">Which rule speaks, as in <c>fills</c>.</param>
/// <param name="OpensKey">
/// While an alert of this key is open, no other of it is raised. Null: every alert is told.
/// </param>
/// <param name="OpenFor">After this long the key is free again; null keeps it until something closes it.</param>
/// <param name="ClosesKey">
/// The key of an open alert that this one ends. Without such an alert there is nothing to end, and this is not told.
/// </param>
public sealed record AlertDraft(
    string AlertId,
    Severity Severity,
    string Rule,
    string Title,
    string Text,
    string? SessionId,
    string? OpensKey = null,
    TimeSpan? OpenFor = null,
    string? ClosesKey = null);
