using Xunit;

namespace AlgoStack.SystemTests;

/// <summary>One system for all of these tests, which take turns on it: it takes half a minute to start.</summary>
[CollectionDefinition(Name)]
public sealed class SystemCollection : ICollectionFixture<RunningSystem>
{
    public const string Name = "system";
}
