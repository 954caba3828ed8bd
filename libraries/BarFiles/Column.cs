namespace AlgoStack.BarFiles;

/// <summary>One column of a series.</summary>
internal static class Column
{
    /// <summary>Its values in another order: row <c>i</c> of the result is row <c>order[i]</c> of <paramref name="column"/>.</summary>
    public static T[] Reorder<T>(T[] column, int[] order)
    {
        var reordered = new T[order.Length];
        for (var row = 0; row < order.Length; row++) reordered[row] = column[order[row]];
        return reordered;
    }
}
