using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using MassTransit;

namespace AlgoStack.Contracts.Tests;

/// <summary>One contract as it goes over the wire, in <c>wire/Noun.Contract.json</c>: its message URN and a filled message.</summary>
internal static class WireSample
{
    /// <summary>As services write and read, on the bus and over HTTP.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private const string Namespace = "AlgoStack.Contracts.";

    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static IReadOnlyList<Type> Contracts { get; } = typeof(MarketData.BarsClosed).Assembly.GetExportedTypes()
        .Where(type => type is { IsAbstract: false, IsEnum: false } && type.GetMethod("<Clone>$") is not null)
        .OrderBy(Name, StringComparer.Ordinal)
        .ToList();

    public static string Folder { get; } = FindFolder();

    /// <summary><c>MarketData.BarsClosed</c>.</summary>
    public static string Name(Type contract) => contract.FullName![Namespace.Length..];

    public static string PathOf(Type contract) => Path.Combine(Folder, $"{Name(contract)}.json");

    public static string Urn(Type contract) => MessageUrn.ForTypeString(contract);

    /// <summary>A sample with every field filled, the same each time.</summary>
    public static string Write(Type contract) => JsonSerializer.Serialize(
        new JsonObject { ["urn"] = Urn(contract), ["message"] = JsonSerializer.SerializeToNode(Fill(contract, ""), contract, Json) }, Indented) + "\n";

    public static (string Urn, JsonObject Message) Read(Type contract)
    {
        var sample = JsonNode.Parse(File.ReadAllText(PathOf(contract)))!;
        return (sample["urn"]!.GetValue<string>(), sample["message"]!.AsObject());
    }

    private static object Fill(Type type, string name)
    {
        var value = Nullable.GetUnderlyingType(type) ?? type;
        if (value == typeof(string)) return name;
        if (value == typeof(bool)) return true;
        // Not exact in binary: what is read back must be the same double all the same.
        if (value == typeof(double)) return 0.1 + 0.2;
        if (value == typeof(decimal)) return 1.250m;
        if (value == typeof(DateTimeOffset)) return DateTimeOffset.Parse("2026-01-02T21:00:00.123+00:00", CultureInfo.InvariantCulture);
        if (value.IsEnum) return Enum.GetValues(value).GetValue(0)!;
        if (value == typeof(int) || value == typeof(long) || value == typeof(ulong)) return Convert.ChangeType(7, value, CultureInfo.InvariantCulture);
        if (value == typeof(Guid)) return Guid.Parse("0195c1a0-0000-7000-8000-000000000007");
        if (value.IsArray) return FillList(value.GetElementType()!, name);
        if (value.IsGenericType && value.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)) return FillList(value.GetGenericArguments()[0], name);
        if (value.IsGenericType && value.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>)) return FillDictionary(value, name);
        if (Contracts.Contains(value)) return FillRecord(value);

        throw new NotSupportedException($"{name} is a {type}: say in WireSample.Fill how a sample of it looks.");
    }

    private static Array FillList(Type element, string name)
    {
        var list = Array.CreateInstance(element, 1);
        list.SetValue(Fill(element, name), 0);
        return list;
    }

    private static object FillDictionary(Type dictionary, string name)
    {
        var filled = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(dictionary.GetGenericArguments()))!;
        filled.Add("key", Fill(dictionary.GetGenericArguments()[1], name));
        return filled;
    }

    private static object FillRecord(Type record)
    {
        var constructor = record.GetConstructors().OrderByDescending(candidate => candidate.GetParameters().Length).First();
        return constructor.Invoke(constructor.GetParameters().Select(parameter => Fill(parameter.ParameterType, parameter.Name!)).ToArray());
    }

    private static string FindFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "AlgoStack.sln"))) return Path.Combine(folder.FullName, "tests", "Contracts.Tests", "wire");

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds AlgoStack.sln.");
    }
}
