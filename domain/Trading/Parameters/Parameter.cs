namespace AlgoStack.Trading.Parameters;

/// <summary>What one can choose of an indicator or a strategy.</summary>
/// <param name="IsWhole">Whether only whole numbers will do.</param>
/// <param name="Least">The smallest value allowed.</param>
/// <param name="Most">The greatest value allowed.</param>
public sealed record Parameter(string Name, bool IsWhole, double Least, double Most, double Default, string Meaning)
{
    public static Parameter Whole(string name, int least, int most, int usual, string meaning) =>
        new(name, IsWhole: true, least, most, usual, meaning);

    public static Parameter Number(string name, double least, double most, double usual, string meaning) =>
        new(name, IsWhole: false, least, most, usual, meaning);

    /// <exception cref="ArgumentException">The value is out of range, or not whole where it has to be.</exception>
    internal void Check(double value)
    {
        if (value >= Least && value <= Most && (!IsWhole || value == Math.Floor(value))) return;

        var kind = IsWhole ? "a whole number" : "a number";
        throw new ArgumentException(
            FormattableString.Invariant($"Parameter {Name}: expected {kind} from {Least} to {Most}, found {value}."), paramName: null);
    }
}
