using System.Diagnostics;
using System.Runtime.CompilerServices;
using FluentAssertions;
using Xunit.Sdk;

namespace AlgoStack.Testing;

/// <summary>Polls for something that becomes true soon, within a bound.</summary>
public static class Eventually
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);

    public static Task True(
        Func<bool> condition, TimeSpan? timeout = null, [CallerArgumentExpression(nameof(condition))] string what = "") =>
        True(() => Task.FromResult(condition()), timeout, what);

    public static async Task True(
        Func<Task<bool>> condition, TimeSpan? timeout = null, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        var bound = timeout ?? DefaultTimeout;
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > bound)
                throw new XunitException($"Expected within {bound.TotalSeconds} s, and it did not come true: {what}");

            await Task.Delay(Interval);
        }
    }

    public static Task Equal<T>(T expected, Func<T> actual, TimeSpan? timeout = null) =>
        Equal(expected, () => Task.FromResult(actual()), timeout);

    public static async Task Equal<T>(T expected, Func<Task<T>> actual, TimeSpan? timeout = null)
    {
        var bound = timeout ?? DefaultTimeout;
        var started = Stopwatch.GetTimestamp();
        var last = await actual();
        while (!EqualityComparer<T>.Default.Equals(expected, last) && Stopwatch.GetElapsedTime(started) <= bound)
        {
            await Task.Delay(Interval);
            last = await actual();
        }

        last.Should().Be(expected, "that was expected within {0} s", bound.TotalSeconds);
    }
}
