using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.BrokerRouting.Tests.Brokers;

public sealed class RequestBudgetTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly HurryingClock _clock = new();

    [Fact]
    public async Task A_window_holds_so_much_and_no_more()
    {
        var budget = Budget(100);

        (await TakenAsync(budget, RequestPriority.Cancel)).Should().Be(100);
    }

    [Fact]
    public async Task Orders_leave_something_for_cancels_and_queries_for_both()
    {
        var budget = Budget(100);

        (await TakenAsync(budget, RequestPriority.Query)).Should().Be(90);
        (await TakenAsync(budget, RequestPriority.Order)).Should().Be(5);
        (await TakenAsync(budget, RequestPriority.Cancel)).Should().Be(5);
    }

    [Fact]
    public async Task Tokens_come_back_evenly_over_the_window()
    {
        var budget = Budget(60);
        await TakenAsync(budget, RequestPriority.Cancel);

        _clock.Advance(TimeSpan.FromSeconds(20));

        (await TakenAsync(budget, RequestPriority.Cancel)).Should().Be(20);
    }

    [Fact]
    public async Task A_wait_within_the_bound_is_waited_for_and_a_longer_one_is_told_at_once()
    {
        var budget = Budget(60);
        await TakenAsync(budget, RequestPriority.Cancel);

        (await budget.TakeAsync(10, RequestPriority.Cancel, TimeSpan.FromSeconds(5), default))
            .Should().BeCloseTo(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1));
        _clock.Delays.Should().BeEmpty();

        (await budget.TakeAsync(10, RequestPriority.Cancel, TimeSpan.FromSeconds(15), default)).Should().BeNull();
        _clock.Delays.Should().ContainSingle().Which.Should().BeCloseTo(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_call_heavier_than_what_queries_may_use_waits_for_a_full_bucket_and_not_for_ever()
    {
        var budget = Budget(100);
        await TakenAsync(budget, RequestPriority.Cancel);

        (await budget.TakeAsync(100, RequestPriority.Query, Minute * 2, default)).Should().BeNull();

        _clock.Delays.Sum(delay => delay.TotalSeconds).Should().BeApproximately(60, 1);
    }

    [Fact]
    public async Task The_hosts_word_lowers_what_is_left_and_never_raises_it()
    {
        var budget = Budget(100);

        budget.Correct(remaining: 7);
        (await TakenAsync(budget, RequestPriority.Cancel)).Should().Be(7);

        budget.Correct(remaining: 50);
        (await TakenAsync(budget, RequestPriority.Cancel)).Should().Be(0);
    }

    [Fact]
    public async Task The_hosts_limit_becomes_ours()
    {
        var budget = Budget(200);

        budget.Correct(remaining: 200, limit: 40);

        (await TakenAsync(budget, RequestPriority.Cancel)).Should().Be(40);
    }

    [Fact]
    public async Task Nothing_passes_before_the_window_ends_that_the_host_says_is_used_up()
    {
        var budget = Budget(100);

        budget.Correct(remaining: 0, resetAt: _clock.GetUtcNow().AddSeconds(40));
        _clock.Advance(TimeSpan.FromSeconds(30));
        (await TakenAsync(budget, RequestPriority.Cancel)).Should().Be(0);

        _clock.Advance(TimeSpan.FromSeconds(10));
        (await TakenAsync(budget, RequestPriority.Cancel)).Should().BeGreaterThan(0);
    }

    [Fact]
    public async Task A_window_that_ends_beyond_any_window_is_a_clock_that_is_wrong()
    {
        var budget = Budget(60);

        budget.Correct(remaining: 0, resetAt: _clock.GetUtcNow().AddDays(1));
        _clock.Advance(TimeSpan.FromSeconds(2));

        (await TakenAsync(budget, RequestPriority.Cancel)).Should().Be(2);
    }

    [Fact]
    public async Task A_ban_closes_for_its_time_and_is_over_after_it()
    {
        var budget = Budget(100);

        budget.CloseFor(TimeSpan.FromMinutes(2), banned: true);
        (await budget.TakeAsync(1, RequestPriority.Cancel, Minute, default)).Should().BeCloseTo(Minute * 2, TimeSpan.FromSeconds(1));
        budget.IsBanned.Should().BeTrue();

        _clock.Advance(Minute * 2);
        (await budget.TakeAsync(1, RequestPriority.Cancel, Minute, default)).Should().BeNull();
        budget.IsBanned.Should().BeFalse();
    }

    [Fact]
    public async Task Threads_together_take_no_more_than_there_is()
    {
        var budget = Budget(500);

        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => TakenAsync(budget, RequestPriority.Cancel))));

        taken.Sum().Should().Be(500);
    }

    private RequestBudget Budget(int capacity) => new(_clock, capacity, Minute);

    /// <summary>How many calls of weight 1 pass without a wait.</summary>
    private static async Task<int> TakenAsync(RequestBudget budget, RequestPriority priority)
    {
        var taken = 0;
        while (await budget.TakeAsync(1, priority, TimeSpan.Zero, default) is null) taken++;
        return taken;
    }
}
