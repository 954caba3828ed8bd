using AlgoStack.ServiceDefaults.Idempotency;
using FluentAssertions;
using Xunit;

namespace AlgoStack.ServiceDefaults.Tests.Idempotency;

public sealed class IdempotencyKeyTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_id_is_a_function_of_caller_key_and_time()
    {
        Id("ann", "k", Noon).Should().Be(Id("ann", "k", Noon))
            .And.NotBe(Id("bob", "k", Noon)).And.NotBe(Id("ann", "l", Noon)).And.NotBe(Id("ann", "k", Noon.AddDays(1)))
            .And.NotBe(Id("an", "nk", Noon));
    }

    [Fact]
    public void Ids_are_of_version_7_and_in_the_order_of_their_times()
    {
        var ids = Enumerable.Range(0, 50).Select(i => Id("ann", $"k{i}", Noon.AddMilliseconds(i))).ToList();

        ids.Should().OnlyContain(id => id.Version == 7 && (id.Variant & 0xC) == 0x8);
        ids.Select(id => id.ToString("n")).Should().BeInAscendingOrder(StringComparer.Ordinal);
        // The first 48 bits are the Unix time in milliseconds.
        Convert.ToInt64(ids[0].ToString("n")[..12], 16).Should().Be(Noon.ToUnixTimeMilliseconds());
    }

    private static Guid Id(string caller, string key, DateTimeOffset at) => (IdempotencyKey.Read(key, caller)! with { NotedAt = at }).Id;
}
