using System.Net;
using AlgoStack.Gateway.TwoFactor;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Gateway.Tests.SigningIn;

public sealed class TwoFactorTests(SignInFixture fixture) : IClassFixture<SignInFixture>
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    // Each test is a minute after the one before: a code is good once.
    private static int _minutes;

    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void Codes_are_those_of_RFC_6238(long time, string code)
    {
        Totp.Code("12345678901234567890"u8.ToArray(), time / 30).Should().Be(code);
    }

    [Fact]
    public void A_secret_is_written_as_RFC_4648_says()
    {
        Totp.Write("12345678901234567890"u8.ToArray()).Should().Be("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    [Fact]
    public async Task With_a_second_factor_the_password_alone_lets_nobody_in()
    {
        var (person, secret, _) = await TurnOnAsync();

        await SignInFixture.ShouldBeRefusedAsync(await SignInAsync(person, null), 401, "second_factor_required");
        await SignInFixture.ShouldBeRefusedAsync(await SignInAsync(person, Other(Code(secret))), 401, "second_factor_failed");
        await SignInFixture.ShouldBeRefusedAsync(await SignInAsync(person with { Password = "another one" }, Code(secret)), 401, "sign_in_failed");
        (await SignInAsync(person, $"{Code(secret)[..3]} {Code(secret)[3..]}")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_code_is_good_once_even_for_two_at_once()
    {
        var (person, secret, _) = await TurnOnAsync();
        var code = Code(secret);

        var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => SignInAsync(person, code)));

        answers.Count(a => a.StatusCode == HttpStatusCode.OK).Should().Be(1);
        await SignInFixture.ShouldBeRefusedAsync(await SignInAsync(person, code), 401, "second_factor_failed");
    }

    [Fact]
    public async Task A_code_of_the_next_step_is_taken_and_one_of_long_ago_is_not()
    {
        var (person, secret, _) = await TurnOnAsync();

        await SignInFixture.ShouldBeRefusedAsync(await SignInAsync(person, Code(secret, -3)), 401, "second_factor_failed");
        await SignInFixture.ShouldBeRefusedAsync(await SignInAsync(person, Code(secret, 3)), 401, "second_factor_failed");
        (await SignInAsync(person, Code(secret, 1))).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Each_recovery_code_lets_in_once_and_is_stored_hashed()
    {
        var (person, _, codes) = await TurnOnAsync();
        codes.Should().HaveCount(10).And.OnlyHaveUniqueItems();

        (await SignInAsync(person, codes[3].ToUpperInvariant())).StatusCode.Should().Be(HttpStatusCode.OK);
        await SignInFixture.ShouldBeRefusedAsync(await SignInAsync(person, codes[3]), 401, "second_factor_failed");
        (await SignInAsync(person, codes[4].Replace("-", "", StringComparison.Ordinal))).StatusCode.Should().Be(HttpStatusCode.OK);
        ((string)(await fixture.QueryAsync("select string_agg(encode(hash, 'escape'), ' ') from gateway.recovery_codes"))!)
            .Should().NotContain(codes[5]).And.NotContain(codes[5].Replace("-", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Guessing_codes_locks_as_guessing_passwords_does()
    {
        var (person, secret, _) = await TurnOnAsync();
        var wrong = Other(Code(secret));
        for (var i = 0; i < 11; i++) await SignInFixture.ShouldBeRefusedAsync(await SignInAsync(person, wrong), 401, "second_factor_failed");

        await SignInFixture.ShouldBeRefusedAsync(await SignInAsync(person, Code(secret)), 429, "sign_in_locked");
    }

    [Fact]
    public async Task A_secret_that_was_never_confirmed_demands_nothing_and_one_that_was_is_not_replaced()
    {
        NextMinute();
        var person = await fixture.JoinAsync("trader");
        var tokens = await fixture.SignInAsync(person);
        var first = await BeginAsync(person, tokens);
        await fixture.SignInAsync(person);
        var second = await BeginAsync(person, tokens);

        await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync("/auth/two-factor/confirm", new { Code = Code(first) }, tokens.AccessToken), 422, "two_factor_code_wrong");
        (await fixture.PostAsync("/auth/two-factor/confirm", new { Code = Code(second) }, tokens.AccessToken)).StatusCode.Should().Be(HttpStatusCode.OK);
        await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync("/auth/two-factor", new { person.Password }, tokens.AccessToken), 409, "two_factor_on");
    }

    [Fact]
    public async Task Turning_it_on_ends_the_sessions_without_it_and_turning_it_off_takes_the_password()
    {
        NextMinute();
        var person = await fixture.JoinAsync("trader");
        var (here, there) = (await fixture.SignInAsync(person), await fixture.SignInAsync(person));
        var secret = await BeginAsync(person, here);
        using var codes = await fixture.PostAsync("/auth/two-factor/confirm", new { Code = Code(secret) }, here.AccessToken);
        codes.StatusCode.Should().Be(HttpStatusCode.OK);

        await SignInFixture.ShouldBeRefusedAsync(await fixture.SendAsync(HttpMethod.Get, "/auth/me", token: there.AccessToken), 401, "token_revoked");
        await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync("/auth/two-factor/remove", new { Password = "another" }, here.AccessToken), 403, "password_wrong");
        (await fixture.PostAsync("/auth/two-factor/remove", new { person.Password }, here.AccessToken)).StatusCode.Should().Be(HttpStatusCode.NoContent);

        await fixture.SignInAsync(person);
        var me = await SignInFixture.JsonAsync(await fixture.SendAsync(HttpMethod.Get, "/auth/me", token: here.AccessToken));
        me.GetProperty("hasSecondFactor").GetBoolean().Should().BeFalse();
    }

    private async Task<(Person Person, byte[] Secret, IReadOnlyList<string> Codes)> TurnOnAsync()
    {
        NextMinute();
        var person = await fixture.JoinAsync("trader");
        var tokens = await fixture.SignInAsync(person);
        var secret = await BeginAsync(person, tokens);
        using var confirmed = await fixture.PostAsync("/auth/two-factor/confirm", new { Code = Code(secret) }, tokens.AccessToken);
        confirmed.EnsureSuccessStatusCode();
        var codes = (await SignInFixture.JsonAsync(confirmed)).GetProperty("recoveryCodes").EnumerateArray().Select(c => c.GetString()!).ToList();
        NextMinute();
        return (person, secret, codes);
    }

    private async Task<byte[]> BeginAsync(Person person, Tokens tokens)
    {
        using var begun = await fixture.PostAsync("/auth/two-factor", new { person.Password }, tokens.AccessToken);
        begun.EnsureSuccessStatusCode();
        var json = await SignInFixture.JsonAsync(begun);
        var written = json.GetProperty("secret").GetString()!;
        json.GetProperty("address").GetString().Should().Be(
            $"otpauth://totp/AlgoStack:{person.Name}?secret={written}&issuer=AlgoStack&algorithm=SHA1&digits=6&period=30");
        return Read(written);
    }

    private void NextMinute() => fixture.Clock.SetAhead(TimeSpan.FromMinutes(++_minutes));

    private string Code(byte[] secret, int steps = 0) => Totp.Code(secret, (fixture.Clock.GetUtcNow().ToUnixTimeSeconds() / 30) + steps);

    // The neighbours in time are others still, but once in half a million.
    private static string Other(string code) => new([.. code.Select(digit => (char)('0' + ((digit - '0' + 5) % 10)))]);

    private Task<HttpResponseMessage> SignInAsync(Person person, string? code) => fixture.PostAsync("/auth/sign-in", new { person.Name, person.Password, Code = code });

    /// <summary>RFC 4648.</summary>
    internal static byte[] Read(string base32)
    {
        var bits = string.Concat(base32.Select(c => Convert.ToString(Alphabet.IndexOf(c, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. bits.Chunk(8).Where(b => b.Length == 8).Select(b => Convert.ToByte(new string(b), 2))];
    }
}
