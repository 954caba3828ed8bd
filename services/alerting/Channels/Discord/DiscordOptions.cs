using AlgoStack.ServiceDefaults.Configuration;

namespace AlgoStack.Alerting.Channels.Discord;

/// <param name="WebhookUrl">As Discord shows it: <c>https://discord.com/api/webhooks/{id}/{token}</c>. A secret.</param>
public sealed record DiscordOptions(Uri WebhookUrl)
{
    public const string Key = "Channels:Discord:WebhookUrl";

    /// <returns>Null when the channel is not configured.</returns>
    /// <exception cref="InvalidConfigurationException">It is, wrongly.</exception>
    public static DiscordOptions? Read(IConfiguration configuration)
    {
        if (configuration[Key] is not { Length: > 0 } text) return null;

        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || !ChannelAddress.IsSafe(url) || url.Query.Length > 0)
            throw new InvalidConfigurationException(Key, "is not an https address as Discord shows it, without a query. It is a secret and not repeated here.");

        return new DiscordOptions(url);
    }
}
