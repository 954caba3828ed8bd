using AlgoStack.Alerting.Alerts;
using AlgoStack.Alerting.Channels.Discord;
using AlgoStack.Alerting.Channels.Smtp;
using AlgoStack.Alerting.Channels.Twilio;
using AlgoStack.ServiceDefaults.Configuration;

namespace AlgoStack.Alerting.Channels;

/// <summary>The channels that are configured, in the order in which one stands in for the other.</summary>
public sealed class ChannelLines(IReadOnlyList<ChannelLine> lines, Severity leastSeverity) : IDisposable
{
    private const string LeastSeverityKey = "Channels:LeastSeverity";

    /// <summary>All there are, in the order of the failover.</summary>
    private static readonly string[] Order = ["discord", "sms", "email"];

    /// <exception cref="InvalidConfigurationException">A channel is configured wrongly or in part.</exception>
    public static ChannelLines Read(IConfiguration configuration, TimeProvider clock)
    {
        var least = configuration[LeastSeverityKey] is { Length: > 0 } name
            ? Severities.Parse(name) ?? throw new InvalidConfigurationException(LeastSeverityKey, $"is '{name}': expected {Severities.Spelled}.")
            : Severity.Low;

        var channels = new List<IAlertChannel>();
        if (DiscordOptions.Read(configuration) is { } discord) channels.Add(new DiscordChannel(discord, ChannelHttp.Create()));
        if (TwilioOptions.Read(configuration) is { } twilio) channels.Add(new TwilioChannel(twilio, ChannelHttp.Create()));
        if (SmtpOptions.Read(configuration) is { } smtp) channels.Add(new SmtpChannel(smtp));
        return new ChannelLines([.. channels.Select(channel => new ChannelLine(channel, clock))], least);
    }

    /// <summary>The channels that an alert of this severity goes to, one standing in for the one before; none for the inbox alone.</summary>
    public IReadOnlyList<string> Route(Severity severity) => severity >= leastSeverity ? [.. lines.Select(line => line.Name)] : [];

    /// <summary>Null for a channel that is not configured any more.</summary>
    public ChannelLine? Find(string channel) => lines.FirstOrDefault(line => line.Name == channel);

    public DateTimeOffset? OpensAt(string channel) => Find(channel)?.OpensAt;

    public IReadOnlyList<ChannelState> States() =>
    [
        new ChannelState(Alert.Inbox, ChannelState.Ready, null, null, null),
        .. Order.Select(name => Find(name)?.State ?? new ChannelState(name, ChannelState.Off, null, null, null)),
    ];

    public void Dispose()
    {
        foreach (var line in lines) line.Dispose();
    }
}
