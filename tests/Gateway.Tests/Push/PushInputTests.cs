using AlgoStack.Gateway.Push;
using AlgoStack.Gateway.Tests.SigningIn;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Gateway.Tests.Push;

/// <summary>What clients send that makes no sense.</summary>
public sealed class PushInputTests(SignInFixture fixture) : IClassFixture<SignInFixture>
{
    [Theory]
    [InlineData("", "message_invalid")]
    [InlineData("hello", "message_invalid")]
    [InlineData("null", "message_invalid")]
    [InlineData("[]", "message_invalid")]
    [InlineData("{", "message_invalid")]
    [InlineData("{}", "type_unknown")]
    [InlineData("""{"type":7}""", "message_invalid")]
    [InlineData("""{"type":"event"}""", "type_unknown")]
    [InlineData("""{"type":"subscribe","id":"a","kinds":["fills"],"else":1}""", "message_invalid")]
    [InlineData("""{"type":"subscribe","kinds":["fills"]}""", "id_invalid")]
    [InlineData("""{"type":"subscribe","id":"","kinds":["fills"]}""", "id_invalid")]
    [InlineData("""{"type":"subscribe","id":"a"}""", "kinds_invalid")]
    [InlineData("""{"type":"subscribe","id":"a","kinds":[]}""", "kinds_invalid")]
    [InlineData("""{"type":"subscribe","id":"a","kinds":["none"]}""", "kinds_invalid")]
    [InlineData("""{"type":"subscribe","id":"a","kinds":["fills,orders"]}""", "kinds_invalid")]
    [InlineData("""{"type":"subscribe","id":"a","kinds":["16"]}""", "kinds_invalid")]
    [InlineData("""{"type":"subscribe","id":"a","kinds":[null]}""", "kinds_invalid")]
    [InlineData("""{"type":"subscribe","id":"a","kinds":"fills"}""", "message_invalid")]
    [InlineData("""{"type":"subscribe","id":"a","kinds":["fills"],"instruments":[]}""", "instruments_invalid")]
    [InlineData("""{"type":"subscribe","id":"a","kinds":["fills"],"instruments":[""]}""", "instruments_invalid")]
    [InlineData("""{"type":"subscribe","id":"a","kinds":["fills"],"instruments":[null]}""", "instruments_invalid")]
    [InlineData("""{"type":"subscribe","id":"a","kinds":["fills"],"session":""}""", "name_invalid")]
    [InlineData("""{"type":"unsubscribe","id":"never"}""", "subscription_unknown")]
    [InlineData("""{"type":"unsubscribe"}""", "id_invalid")]
    [InlineData("""{"type":"resume"}""", "resume_invalid")]
    [InlineData("""{"type":"resume","epoch":"e","sequence":-1,"subscriptions":[{"id":"a","kinds":["fills"]}]}""", "resume_invalid")]
    [InlineData("""{"type":"resume","epoch":"e","sequence":1e99,"subscriptions":[{"id":"a","kinds":["fills"]}]}""", "message_invalid")]
    [InlineData("""{"type":"resume","epoch":"e","sequence":1,"subscriptions":[]}""", "subscriptions_invalid")]
    [InlineData("""{"type":"resume","epoch":"e","sequence":1,"subscriptions":[null]}""", "id_invalid")]
    [InlineData("""{"type":"resume","epoch":"e","sequence":1,"subscriptions":[{"id":"a","kinds":["fills"]},{"id":"a","kinds":["fills"]}]}""", "id_invalid")]
    [InlineData("""{"type":"token"}""", "token_missing")]
    [InlineData("""{"type":"token","token":{}}""", "message_invalid")]
    [InlineData("""{"type":[[[[[[[[[[[[]]]]]]]]]]]]}""", "message_invalid")]
    public async Task What_makes_no_sense_is_answered_by_what_is_wrong_and_the_connection_stands(string text, string code)
    {
        using var client = await JoinAsync();

        await client.SendTextAsync(text);

        (await client.UntilAsync("error")).GetProperty("code").GetString().Should().Be(code);
        await client.SubscribeAsync("still", new { Kinds = (string[])["alerts"] });
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_answered_as_what_makes_no_sense()
    {
        using var client = await JoinAsync();

        await client.SendBytesAsync([0xff, 0xfe, 0x00, 0x80]);

        (await client.UntilAsync("error")).GetProperty("code").GetString().Should().Be("message_invalid");
        await client.SubscribeAsync("still", new { Kinds = (string[])["alerts"] });
    }

    [Theory]
    [InlineData("subscribe", """{"kinds":["fills"]}""", "id_invalid")]
    [InlineData("subscribe", """{"type":"token","token":"x"}""", "id_invalid")]
    [InlineData("subscribe", "null", "message_invalid")]
    [InlineData("unsubscribe", "[]", "message_invalid")]
    [InlineData("resume", "7", "message_invalid")]
    [InlineData("token", "\"text\"", "message_invalid")]
    public async Task What_makes_no_sense_to_the_hub_is_answered_alike(string method, string argument, string code)
    {
        using var client = await JoinAsync(hub: true);

        await client.SendTextAsync($$"""{"type":1,"target":"{{method}}","arguments":[{{argument}}]}{{'\u001e'}}""");

        (await client.UntilAsync("error")).GetProperty("code").GetString().Should().Be(code);
        await client.SubscribeAsync("still", new { Kinds = (string[])["alerts"] });
    }

    [Fact]
    public async Task A_method_that_the_hub_has_not_does_not_end_the_connection()
    {
        using var client = await JoinAsync(hub: true);

        await client.SendTextAsync($$"""{"type":1,"invocationId":"1","target":"onConnectedAsync","arguments":[]}{{'\u001e'}}""");

        await client.SubscribeAsync("still", new { Kinds = (string[])["alerts"] });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nonsense_in_a_row_ends_the_connection(bool hub)
    {
        using var client = await JoinAsync(hub);
        for (var i = 0; i < PushConnection.MostBad; i++) await client.TellAsync("unsubscribe", new { Id = "" });
        await client.TellAsync("subscribe", new { Id = "still", Kinds = (string[])["alerts"] });
        await client.UntilAsync("subscribed");

        for (var i = 0; i <= PushConnection.MostBad; i++) await client.TellAsync("unsubscribe", new { Id = "" });

        (await client.UntilClosedAsync()).Should().Be((4400, "too_many_bad_messages: 20 in a row."));
    }

    [Fact]
    public async Task A_message_that_is_too_large_ends_the_connection_with_the_reason()
    {
        using var client = await JoinAsync();

        await client.SendTextAsync(new string(' ', 1_000_000));

        (await client.UntilClosedAsync()).Should().Be((1009, "message_too_large: expected at most 16384 bytes."));
    }

    [Fact]
    public async Task A_message_that_is_too_large_for_the_hub_ends_the_connection()
    {
        using var client = await JoinAsync(hub: true);

        await client.TellAsync("subscribe", new { Id = new string('a', 20_000) });

        await client.UntilClosedAsync();
    }

    [Fact]
    public async Task Subscriptions_and_their_instruments_are_bounded()
    {
        using var client = await JoinAsync();
        for (var i = 0; i < PushRequest.MostSubscriptions; i++) await client.SubscribeAsync($"s-{i}", new { Kinds = (string[])["alerts"] });
        await client.SubscribeAsync("s-0", new { Kinds = (string[])["fills"] });

        await client.TellAsync("subscribe", new { Id = "more", Kinds = (string[])["alerts"] });
        (await client.UntilAsync("error")).GetProperty("code").GetString().Should().Be("subscriptions_invalid");

        await client.TellAsync("subscribe", new { Id = "s-0", Kinds = (string[])["bars"], Instruments = Enumerable.Range(0, PushRequest.MostInstruments + 1).Select(i => $"I{i}.SIM") });
        (await client.UntilAsync("error")).GetProperty("code").GetString().Should().Be("instruments_invalid");
    }

    private async Task<PushClient> JoinAsync(bool hub = false) => await PushClient.JoinAsync(fixture.Gateway, (await fixture.SignInAsync("viewer")).AccessToken, hub);
}
