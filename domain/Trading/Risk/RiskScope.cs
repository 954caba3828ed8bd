namespace AlgoStack.Trading.Risk;

/// <summary>Whose switch or limit it is.</summary>
public enum RiskScope
{
    Global,
    Account,
    Strategy,
}
