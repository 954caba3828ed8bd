using System.Collections.Concurrent;
using AlgoStack.ServiceDefaults.Messaging;
using MassTransit;

namespace AlgoStack.ServiceDefaults.Tests.Messaging;

/// <summary>An ordered contract of the tests' own.</summary>
public sealed record Counted(int Number);

/// <summary>An ordinary event of the tests' own.</summary>
public sealed record Noted(string Text);

/// <summary>What a consumer has seen, and what it does besides.</summary>
public sealed class Seen(Func<int, Task>? then = null)
{
    private readonly ConcurrentQueue<int> _numbers = new();

    public IReadOnlyCollection<int> Numbers => _numbers;

    /// <summary>Each number once, in the order of its first arrival.</summary>
    public IEnumerable<int> Once => _numbers.Distinct();

    public async Task AddAsync(int number)
    {
        _numbers.Enqueue(number);
        if (then is not null) await then(number);
    }
}

public sealed class TakeCounted(Seen seen) : IConsumer<Counted>
{
    public Task Consume(ConsumeContext<Counted> context) => seen.AddAsync(context.Message.Number);
}

public sealed class FollowCounted(Seen seen) : IConsumer<Counted>
{
    public Task Consume(ConsumeContext<Counted> context) => seen.AddAsync(context.Message.Number);
}

public static class CountedPublishing
{
    public static Task PublishAsync(this TestService service, int number, CancellationToken cancellationToken = default) =>
        service.Publisher.PublishAsync(
            new Counted(number), 0, OrderedTopology.MessageId(typeof(Counted), "test", 0, number), cancellationToken);

    public static async Task PublishAsync(this TestService service, IEnumerable<int> numbers)
    {
        foreach (var number in numbers) await service.PublishAsync(number);
    }
}
