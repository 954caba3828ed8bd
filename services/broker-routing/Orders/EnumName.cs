namespace AlgoStack.BrokerRouting.Orders;

/// <summary>Reads one member's name. <see cref="Enum.TryParse{TEnum}(string, out TEnum)"/> also takes numbers, lists and spaces: "Buy,Sell" would be a sell.</summary>
internal static class EnumName
{
    public static bool TryRead<TEnum>(string? name, out TEnum value, StringComparison comparison = StringComparison.Ordinal)
        where TEnum : struct, Enum =>
        Enum.TryParse(name, ignoreCase: true, out value) && string.Equals(Enum.GetName(value), name, comparison);
}
