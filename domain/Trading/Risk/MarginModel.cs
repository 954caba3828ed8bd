namespace AlgoStack.Trading.Risk;

/// <summary>
/// What an account must have of its own for what it holds, long or short, in percent of the positions' worth. In the United
/// States 50 for a new position (Federal Reserve Board, Regulation T, 12 CFR 220.12) and 25 to keep it (FINRA Rule 4210(c),
/// which asks more of shorts: 30).
/// </summary>
/// <param name="InitialPercent">To open: above 0 to 100, and not below <paramref name="MaintenancePercent"/>.</param>
/// <param name="MaintenancePercent">To keep: above 0. Whose equity is worth less has a margin call.</param>
public sealed record MarginModel(decimal InitialPercent, decimal MaintenancePercent);
