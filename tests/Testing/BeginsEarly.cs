using Xunit;
using Xunit.Abstractions;

namespace AlgoStack.Testing;

/// <summary>On a test class that takes long: its project begins with it, so that it does not run alone in the end.</summary>
/// <param name="place">Among those that do, from 1.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class BeginsEarlyAttribute(int place) : Attribute
{
    public int Place { get; } = place;
}

/// <summary>Begins with the test classes that say so. Of itself xunit takes them in another order each time.</summary>
public sealed class EarlyFirst : ITestCollectionOrderer
{
    // A collection that is a class has no other word of it.
    private const string OfClass = "Test collection for ";

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) => testCollections.OrderBy(PlaceOf);

    private static int PlaceOf(ITestCollection collection)
    {
        var type = collection.DisplayName.StartsWith(OfClass, StringComparison.Ordinal) ? collection.TestAssembly.Assembly.GetType(collection.DisplayName[OfClass.Length..]) : null;
        var early = type?.GetCustomAttributes(typeof(BeginsEarlyAttribute).AssemblyQualifiedName).SingleOrDefault();
        return early?.GetNamedArgument<int>(nameof(BeginsEarlyAttribute.Place)) ?? int.MaxValue;
    }
}
