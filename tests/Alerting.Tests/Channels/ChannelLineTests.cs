using AlgoStack.Alerting.Channels;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Alerting.Tests.Channels;

public sealed class ChannelLineTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly Answering _channel = new();
    private readonly ChannelLine _line;

    public ChannelLineTests() => _line = new ChannelLine(_channel, _clock);

    public void Dispose() => _line.Dispose();

    [Fact]
    public async Task Five_failures_in_a_row_open_the_circuit_for_thirty_seconds()
    {
        await CallAsync(4, new SendOutcome.TryAgain("busy"));
        _line.State.State.Should().Be(ChannelState.Ready);

        await CallAsync(1, new SendOutcome.Refused("no"));

        _line.State.Should().Be(new ChannelState("discord", ChannelState.CircuitOpen, _clock.Now.AddSeconds(30), "no", null));
        _line.OpensAt.Should().Be(_clock.Now.AddSeconds(30));
        _clock.Now = _clock.Now.AddSeconds(30);
        _line.State.State.Should().Be(ChannelState.Ready);
    }

    [Fact]
    public async Task After_the_pause_one_failure_opens_it_again_and_one_success_closes_it()
    {
        await CallAsync(5, new SendOutcome.TryAgain("busy"));
        _clock.Now = _clock.Now.AddSeconds(30);
        await CallAsync(1, new SendOutcome.TryAgain("still busy"));
        _line.State.State.Should().Be(ChannelState.CircuitOpen);

        _clock.Now = _clock.Now.AddSeconds(30);
        await CallAsync(1, new SendOutcome.Delivered("1"));
        await CallAsync(4, new SendOutcome.TryAgain("busy"));

        _line.State.State.Should().Be(ChannelState.Ready);
        _line.State.LastDeliveredAt.Should().Be(_clock.Now);
    }

    [Fact]
    public async Task A_pause_that_the_channel_asks_for_is_no_failure()
    {
        for (var i = 0; i < 10; i++) await CallAsync(1, new SendOutcome.TryAgain("429", TimeSpan.FromSeconds(2)));

        _line.State.Should().Be(new ChannelState("discord", ChannelState.Paused, _clock.Now.AddSeconds(2), "429", null));
    }

    [Fact]
    public async Task A_delivered_message_may_come_with_a_pause()
    {
        await CallAsync(1, new SendOutcome.Delivered("1", TimeSpan.FromSeconds(1.5)));

        _line.OpensAt.Should().Be(_clock.Now.AddSeconds(1.5));
    }

    [Fact]
    public async Task A_channel_that_is_gone_never_opens()
    {
        await CallAsync(1, new SendOutcome.Gone("10015"));
        _clock.Now = _clock.Now.AddYears(1);

        _line.OpensAt.Should().BeNull();
        _line.State.Should().Be(new ChannelState("discord", ChannelState.Gone, null, "10015", null));
    }

    [Fact]
    public async Task A_fault_of_our_own_is_a_refusal()
    {
        _channel.Throws = new InvalidOperationException("a header injection");

        (await _line.SendAsync(Samples.KillSwitch, CancellationToken.None)).Should().Be(new SendOutcome.Refused("a header injection"));
    }

    [Fact]
    public async Task One_call_is_made_at_a_time()
    {
        var first = await _line.TakeAsync(CancellationToken.None);
        var second = _line.TakeAsync(CancellationToken.None);

        second.IsCompleted.Should().BeFalse();
        first.Dispose();
        (await second).Dispose();
    }

    private async Task CallAsync(int times, SendOutcome outcome)
    {
        _channel.Outcome = outcome;
        for (var i = 0; i < times; i++) await _line.SendAsync(Samples.KillSwitch, CancellationToken.None);
    }

    private sealed class Answering : IAlertChannel
    {
        public SendOutcome Outcome { get; set; } = new SendOutcome.Delivered(null);

        public Exception? Throws { get; set; }

        public string Name => "discord";

        public Task<SendOutcome> SendAsync(AlertMessage message, CancellationToken cancellationToken) =>
            Throws is null ? Task.FromResult(Outcome) : Task.FromException<SendOutcome>(Throws);
    }
}
