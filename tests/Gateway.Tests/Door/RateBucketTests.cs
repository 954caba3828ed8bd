using AlgoStack.Gateway.Limits;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Gateway.Tests.Door;

/// <summary>One instance that counts alone, by hand.</summary>
public sealed class RateBucketTests
{
    private static readonly RateLimit Five = new("five", 5, TimeSpan.FromMinutes(1));
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task No_window_has_more_than_the_limit_wherever_it_begins()
    {
        var (bucket, clock, random) = (new RateBucket(Five, Guid.NewGuid()), Start, new Random(1));
        var passed = new List<DateTimeOffset>();
        for (var i = 0; i < 5_000; i++)
        {
            clock += TimeSpan.FromMilliseconds(random.Next(20_000));
            if ((await AskAsync(bucket, clock)).Allowed) passed.Add(clock);
        }

        passed.Count.Should().BeGreaterThan(1_000, "a limit lets through what it may");
        passed.Should().OnlyContain(t => passed.Count(o => o > t - Five.Window && o <= t) <= Five.Requests);
    }

    [Fact]
    public async Task Who_comes_back_when_told_to_is_let_through()
    {
        var (bucket, clock) = (new RateBucket(Five, Guid.NewGuid()), Start);
        for (var i = 0; i < 5; i++) (await AskAsync(bucket, clock)).Allowed.Should().BeTrue();

        var refused = await AskAsync(bucket, clock + TimeSpan.FromSeconds(1));

        refused.Allowed.Should().BeFalse();
        refused.Wait.Should().BeCloseTo(TimeSpan.FromSeconds(64), TimeSpan.FromSeconds(1.1));
        (await AskAsync(bucket, clock + TimeSpan.FromSeconds(1) + refused.Wait)).Should().Match<RateAnswer>(a => a.Allowed && a.Remaining == 4);
    }

    [Fact]
    public async Task Who_goes_on_asking_too_much_waits_ever_longer_up_to_a_window()
    {
        // A limit that lets something through every second, so that it is the back-off that is seen.
        var limit = new RateLimit("quick", 12, TimeSpan.FromSeconds(12));
        var (bucket, clock) = (new RateBucket(limit, Guid.NewGuid()), Start);
        var waits = new List<TimeSpan>();
        while (waits.Count < 8)
        {
            var answer = await AskAsync(bucket, clock);
            if (!answer.Allowed) waits.Add(answer.Wait);
            clock += answer.Allowed ? TimeSpan.FromMilliseconds(100) : answer.Wait;
        }

        waits.Should().OnlyContain(w => w <= TimeSpan.FromSeconds(13));
        waits[^1].Should().BeGreaterOrEqualTo(TimeSpan.FromSeconds(8));
        waits[^1].Should().BeGreaterThan(waits[1]);
    }

    [Fact]
    public async Task Impatience_during_a_wait_makes_it_no_longer()
    {
        var bucket = new RateBucket(Five, Guid.NewGuid());
        for (var i = 0; i < 5; i++) await AskAsync(bucket, Start);
        var first = await AskAsync(bucket, Start);

        for (var i = 0; i < 100; i++) await AskAsync(bucket, Start);

        (await AskAsync(bucket, Start)).Wait.Should().Be(first.Wait);
    }

    [Fact]
    public async Task What_was_set_aside_and_not_used_goes_back()
    {
        var large = new RateLimit("large", 1_000, TimeSpan.FromMinutes(1));
        var bucket = new RateBucket(large, Guid.NewGuid());
        var count = new Dictionary<long, int>();
        await AskAsync(bucket, Start, (slice, by) => count[slice] = count.GetValueOrDefault(slice) + by);
        count.Values.Sum().Should().Be(large.Block);

        await AskAsync(bucket, Start + TimeSpan.FromSeconds(10), (slice, by) => count[slice] = count.GetValueOrDefault(slice) + by);

        count[large.SliceOf(Start)].Should().Be(1);
    }

    private static Task<RateAnswer> AskAsync(RateBucket bucket, DateTimeOffset now, Action<long, int>? told = null)
    {
        if (bucket.Take(now) is { } known) return Task.FromResult(known);

        var answer = bucket.WaitAsync();
        bucket.Ask(now, Change);
        bucket.AnswerAlone(now, Change);
        return answer;

        void Change(RateBucket of, long slice, int by)
        {
            of.Note(slice, by);
            told?.Invoke(slice, by);
        }
    }
}
