namespace AlgoStack.Strategies;

/// <summary>One part of a score: a share, 0 to 1, of the most that the part can add.</summary>
internal static class ScorePart
{
    /// <summary>A share outside 0 to 1 is cut; one that is not a number adds nothing.</summary>
    public static double Of(double most, double share) => share > 0 ? most * Math.Min(share, 1) : 0;

    /// <summary>In the order of the parts: another order may round to another score.</summary>
    public static double Sum(in Values4 parts) => parts[0] + parts[1] + parts[2] + parts[3];
}
