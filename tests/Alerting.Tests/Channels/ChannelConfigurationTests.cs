using AlgoStack.Alerting.Alerts;
using AlgoStack.Alerting.Channels;
using AlgoStack.Alerting.Channels.Smtp;
using AlgoStack.Alerting.Rules;
using AlgoStack.ServiceDefaults.Configuration;
using FluentAssertions;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace AlgoStack.Alerting.Tests.Channels;

public sealed class ChannelConfigurationTests
{
    private const string Twilio = "Channels:Twilio:AccountSid=AC00000000000000000000000000000001;Channels:Twilio:AuthToken=t;Channels:Twilio:To=+15558675310;";
    private const string Smtp = "Channels:Smtp:Host=mail.example.test;Channels:Smtp:From=alerts@example.test;Channels:Smtp:To=ops@example.test;";

    [Fact]
    public void Nothing_configured_leaves_the_inbox_alone()
    {
        using var channels = Read("");

        channels.Route(Severity.Critical).Should().BeEmpty();
        channels.States().Select(state => (state.Channel, state.State)).Should().Equal(
            ("inbox", ChannelState.Ready), ("discord", ChannelState.Off), ("sms", ChannelState.Off), ("email", ChannelState.Off));
    }

    [Fact]
    public void All_configured_stand_in_for_one_another_in_order()
    {
        using var channels = Read($"{Smtp}{Twilio}Channels:Twilio:From=+15017122661;Channels:Discord:WebhookUrl=https://discord.com/api/webhooks/7/token");

        channels.Route(Severity.Low).Should().Equal("discord", "sms", "email");
        channels.Route(Severity.Info).Should().BeEmpty("chatter stays in the inbox unless configured otherwise");
    }

    [Fact]
    public void The_least_severity_that_leaves_the_house_can_be_set()
    {
        using var channels = Read($"{Smtp}Channels:LeastSeverity=info");

        channels.Route(Severity.Info).Should().Equal("email");
    }

    [Theory]
    [InlineData("Channels:LeastSeverity=loud", "Channels:LeastSeverity is 'loud': expected critical, high, medium, low or info.")]
    [InlineData("Channels:Discord:WebhookUrl=nonsense-token", "Channels:Discord:WebhookUrl is not an https address*")]
    [InlineData("Channels:Discord:WebhookUrl=http://discord.com/api/webhooks/7/nonsense-token", "Channels:Discord:WebhookUrl is not an https address*")]
    [InlineData("Channels:Discord:WebhookUrl=https://discord.com/api/webhooks/7/nonsense-token?wait=false", "Channels:Discord:WebhookUrl is not an https address*")]
    [InlineData(Twilio, "Channels:Twilio:From or Channels:Twilio:MessagingServiceSid must be set, and not both.")]
    [InlineData(Twilio + "Channels:Twilio:From=5017122661", "Channels:Twilio:From is '5017122661': expected a number as in +15017122661.")]
    [InlineData(Twilio + "Channels:Twilio:MessagingServiceSid=SG1", "Channels:Twilio:MessagingServiceSid is 'SG1': expected MG and 32 hexadecimal digits.")]
    [InlineData("Channels:Twilio:From=+15017122661", "Channels:Twilio:AccountSid is missing, while other keys of Channels:Twilio are set.")]
    [InlineData(Twilio + "Channels:Twilio:From=+15017122661;Channels:Twilio:BaseUrl=http://api.twilio.com", "Channels:Twilio:BaseUrl is 'http://api.twilio.com': expected an https address.")]
    [InlineData("Channels:Smtp:Host=mail.example.test", "Channels:Smtp:To is missing, while other keys of Channels:Smtp are set.")]
    [InlineData(Smtp + "Channels:Smtp:Port=0", "Channels:Smtp:Port is '0': expected 1 to 65535.")]
    [InlineData(Smtp + "Channels:Smtp:Security=ssl", "Channels:Smtp:Security is 'ssl': expected starttls, tls or none.")]
    [InlineData(Smtp + "Channels:Smtp:User=u", "Channels:Smtp:User and Channels:Smtp:Password must be set together.")]
    [InlineData(Smtp + "Channels:Smtp:User=u;Channels:Smtp:Password=secret-token;Channels:Smtp:Security=none", "Channels:Smtp:Security is none, which would send Channels:Smtp:Password in the clear*")]
    [InlineData(Smtp + "Channels:Smtp:AuthorityFile=/nowhere.pem", "Channels:Smtp:AuthorityFile is '/nowhere.pem': expected a readable file of PEM certificates*")]
    [InlineData("Channels:Smtp:Host=mail;Channels:Smtp:To=a@b.test;Channels:Smtp:From=a@b.test\r\nBcc: x@y.test", "Channels:Smtp:From is 'a@b.test Bcc: x@y.test': expected an address as in alerts@example.com.")]
    [InlineData("Channels:Smtp:Host=mail;Channels:Smtp:From=a@b.test;Channels:Smtp:To=a@b.test, <x@y.test> SIZE=1", "Channels:Smtp:To is '<x@y.test> SIZE=1': expected an address as in alerts@example.com.")]
    [InlineData("Channels:Smtp:Host=ma il;Channels:Smtp:From=a@b.test;Channels:Smtp:To=a@b.test", "Channels:Smtp:Host is 'ma il': expected a host's name or address.")]
    public void What_is_wrong_is_one_sentence_that_names_the_key_and_shows_no_secret(string settings, string sentence)
    {
        FluentActions.Invoking(() => Read(settings)).Should().Throw<InvalidConfigurationException>()
            .WithMessage(sentence).Which.Message.Should().NotContain("token").And.NotContain("\n");
    }

    [Theory]
    [InlineData("", SmtpSecurity.StartTls, 587)]
    [InlineData("Channels:Smtp:Security=starttls", SmtpSecurity.StartTls, 587)]
    [InlineData("Channels:Smtp:Security=tls", SmtpSecurity.Tls, 465)]
    [InlineData("Channels:Smtp:Security=none", SmtpSecurity.None, 25)]
    [InlineData("Channels:Smtp:Port=2525", SmtpSecurity.StartTls, 2525)]
    public void A_mail_server_is_spoken_to_on_the_port_of_its_protection(string settings, SmtpSecurity security, int port)
    {
        var options = SmtpOptions.Read(Configuration(Smtp + settings))!;

        (options.Security, options.Port).Should().Be((security, port));
    }

    [Theory]
    [InlineData("Rules:LeastScore=1.5")]
    [InlineData("Rules:LeastScore=-0.1")]
    [InlineData("Rules:LeastScore=half")]
    public void A_score_is_between_nought_and_one(string settings) =>
        FluentActions.Invoking(() => RuleOptions.Read(Configuration(settings))).Should().Throw<InvalidConfigurationException>()
            .WithMessage("Rules:LeastScore is '*': expected a number from 0 to 1, as in 0.5.");

    private static ChannelLines Read(string settings) => ChannelLines.Read(Configuration(settings), TimeProvider.System);

    private static IConfigurationRoot Configuration(string settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Split(';', StringSplitOptions.RemoveEmptyEntries)
            .Select(setting => setting.Split('=', 2))
            .Select(setting => KeyValuePair.Create(setting[0], (string?)setting[1])))
        .Build();
}
