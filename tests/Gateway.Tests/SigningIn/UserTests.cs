using System.Net;
using AlgoStack.Gateway.Audit;
using AlgoStack.Gateway.Tokens;
using AlgoStack.Gateway.Users;
using FluentAssertions;
using Microsoft.AspNetCore.Identity;
using Xunit;

namespace AlgoStack.Gateway.Tests.SigningIn;

public sealed class UserTests(SignInFixture fixture) : IClassFixture<SignInFixture>
{
    [Fact]
    public async Task The_link_for_the_first_admin_is_gone_with_the_first_user_and_no_start_makes_another()
    {
        File.Exists(fixture.FirstAdminFile).Should().BeFalse();

        await fixture.RestartAsync();

        File.Exists(fixture.FirstAdminFile).Should().BeFalse();
        (await fixture.QueryAsync("select count(*) from gateway.invitations where invited_by is null and used_at is null")).Should().Be(0L);
    }

    [Fact]
    public async Task A_link_makes_one_user_even_when_two_come_with_it_at_once()
    {
        var link = await fixture.InviteAsync("viewer");

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => JoinAsync(link, $"racer-{i}")));

        answers.Select(a => a.StatusCode).Order().Should().Equal(
            HttpStatusCode.Created, HttpStatusCode.UnprocessableEntity, HttpStatusCode.UnprocessableEntity, HttpStatusCode.UnprocessableEntity);
        await SignInFixture.ShouldBeRefusedAsync(await JoinAsync(link, "racer-late"), 422, "invitation_invalid");
        (await fixture.QueryAsync("select count(*) from gateway.users where name like 'racer-%'")).Should().Be(1L);
    }

    [Fact]
    public async Task A_link_that_was_good_when_it_was_looked_at_still_makes_one_user()
    {
        var link = await fixture.InviteAsync("viewer");
        using var scope = fixture.Gateway.Services.CreateScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<User>>();

        var made = await Task.WhenAll(Enumerable.Range(0, 2).Select(i => users.CreateAsync(
            new User { Id = Guid.CreateVersion7(), Name = $"second-look-{i}", Invitation = Secret.Hash(link), Why = new UserMade(null, "viewer", null, new Actor(Actor.Nobody)) },
            SignInFixture.Password)));

        made.Count(m => m.Succeeded).Should().Be(1);
        made.Single(m => !m.Succeeded).Errors.Should().Equal(AcceptInvitation.Invalid);
    }

    [Fact]
    public async Task A_link_is_over_after_a_day()
    {
        var link = await fixture.InviteAsync("viewer");

        fixture.Clock.SetAhead(TimeSpan.FromHours(24.1));

        await SignInFixture.ShouldBeRefusedAsync(await JoinAsync(link, "late"), 422, "invitation_invalid");
    }

    [Fact]
    public async Task Without_a_link_nobody_learns_which_names_there_are()
    {
        var person = await fixture.JoinAsync("viewer");

        await SignInFixture.ShouldBeRefusedAsync(await JoinAsync("none", person.Name), 422, "invitation_invalid");
        await SignInFixture.ShouldBeRefusedAsync(await JoinAsync(await fixture.InviteAsync("viewer"), person.Name.ToUpperInvariant()), 409, "user_name_taken");
    }

    [Theory]
    [InlineData("short one")]
    [InlineData("aaaaaaaaaaaaaaaaaaaa")]
    [InlineData("it is picky-reader I am")]
    public async Task A_weak_password_is_refused_and_the_link_stays_good(string password)
    {
        var link = await fixture.InviteAsync("viewer");
        var name = "picky-reader";

        using var refused = await fixture.PostAsync("/auth/users", new { Invitation = link, Name = name, Password = password });

        await SignInFixture.ShouldBeRefusedAsync(refused, 422, "password_too_weak");
        (await JoinAsync(link, $"{name}-{password.Length}")).StatusCode.Should().Be(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("аdmin-0")] // its first letter is Cyrillic
    public async Task A_name_that_could_be_mistaken_is_refused(string name)
    {
        await SignInFixture.ShouldBeRefusedAsync(await JoinAsync(await fixture.InviteAsync("viewer"), name), 422, "user_name_invalid");
    }

    [Fact]
    public async Task Only_an_admin_invites()
    {
        var trader = await fixture.SignInAsync("trader");

        await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync("/auth/invitations", new { Role = "admin" }, trader.AccessToken), 403, "scope_missing");
        await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync("/auth/invitations", new { Role = "admin" }), 401, "token_missing");
    }

    [Fact]
    public async Task A_changed_password_ends_every_other_session_and_the_former_is_no_more()
    {
        var person = await fixture.JoinAsync("trader");
        var (here, there) = (await fixture.SignInAsync(person), await fixture.SignInAsync(person));

        await SignInFixture.ShouldBeRefusedAsync(
            await fixture.PostAsync("/auth/password", new { Current = "another", New = "quite another one" }, here.AccessToken), 403, "password_wrong");
        await SignInFixture.ShouldBeRefusedAsync(
            await fixture.PostAsync("/auth/password", new { Current = person.Password, New = "short" }, here.AccessToken), 422, "password_too_weak");
        using var changed = await fixture.PostAsync("/auth/password", new { Current = person.Password, New = "quite another one" }, here.AccessToken);

        changed.StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await fixture.SendAsync(HttpMethod.Get, "/auth/me", token: here.AccessToken)).StatusCode.Should().Be(HttpStatusCode.OK);
        await SignInFixture.ShouldBeRefusedAsync(await fixture.SendAsync(HttpMethod.Get, "/auth/me", token: there.AccessToken), 401, "token_revoked");
        await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync("/auth/refresh", new { there.RefreshToken }), 401, "session_ended");
        await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync("/auth/sign-in", new { person.Name, person.Password }), 401, "sign_in_failed");
        await fixture.SignInAsync(person with { Password = "quite another one" });
    }

    [Theory]
    [InlineData("""{"name":"a","password":"b"}""")]
    [InlineData("""{"invitation":null,"name":"a","password":"b"}""")]
    [InlineData("""{"invitation":1,"name":[],"password":{}}""")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("{")]
    public async Task What_is_no_request_is_a_400_and_not_a_fault(string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");

        using var answer = await fixture.Http.PostAsync("/auth/users", content);

        await SignInFixture.ShouldBeRefusedAsync(answer, 400, "bad_request");
    }

    [Fact]
    public async Task The_schema_is_what_the_migrations_make()
    {
        var health = await fixture.Http.GetStringAsync(new Uri("/health/deep", UriKind.Relative));

        System.Text.Json.JsonDocument.Parse(health).RootElement.GetProperty("checks").GetProperty("schema").GetProperty("status").GetString()
            .Should().Be("healthy");
    }

    [Fact]
    public async Task A_long_request_is_refused_before_it_is_read()
    {
        using var answer = await fixture.PostAsync("/auth/sign-in", new { Name = new string('a', 20_000), Password = "b" });

        await SignInFixture.ShouldBeRefusedAsync(answer, 413, "too_large");
    }

    private Task<HttpResponseMessage> JoinAsync(string invitation, string name) =>
        fixture.PostAsync("/auth/users", new { Invitation = invitation, Name = name, SignInFixture.Password });
}

/// <summary>Before there is any user.</summary>
public sealed class FirstAdminTests : IAsyncLifetime
{
    private readonly BrokerFixture _broker = new();

    private string LinkFile => Path.Combine(_broker.State, "first-admin");

    public Task InitializeAsync() => _broker.InitializeAsync();

    public Task DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task Each_start_makes_a_new_link_that_its_owner_alone_can_read_and_that_is_stored_hashed()
    {
        await using (await StartAsync())
        {
        }

        var first = await SecretAsync();
        await using var gateway = await StartAsync();
        var second = await SecretAsync();

        second.Should().NotBe(first).And.HaveLength(43);
#pragma warning disable CA1416 // Tests run on Linux.
        File.GetUnixFileMode(LinkFile).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
#pragma warning restore CA1416
        await SignInFixture.ShouldBeRefusedAsync(await JoinAsync(gateway, first), 422, "invitation_invalid");
        (await JoinAsync(gateway, second)).StatusCode.Should().Be(HttpStatusCode.Created);
        File.Exists(LinkFile).Should().BeFalse();

        await using var source = Npgsql.NpgsqlDataSource.Create(_broker.Database);
        await using var command = source.CreateCommand("select (select role from gateway.users), (select string_agg(i::text, ' ') from gateway.invitations i)");
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        reader.GetString(0).Should().Be("admin");
        reader.GetString(1).Should().NotContain(second);
    }

    [Fact]
    public async Task No_log_has_a_secret_in_it()
    {
        using var logs = new KeptLogs();
        await using var gateway = await GatewayUnderTest.StartAsync(_broker, new Dictionary<string, Uri>(StringComparer.Ordinal), logs: logs);
        var (link, name, password) = (await SecretAsync(), "somebody-in-particular", SignInFixture.Password);
        await PostAsync("/auth/users", new { Invitation = link, Name = name, Password = password });
        await PostAsync("/auth/sign-in", new { Name = password, Password = name });
        var tokens = await PostAsync("/auth/sign-in", new { Name = name, Password = password });
        var (access, refresh) = (tokens.GetProperty("accessToken").GetString()!, tokens.GetProperty("refreshToken").GetString()!);
        var key = (await PostAsync("/auth/api-keys", new { Name = "robot", Scopes = (string[])["read"] }, access)).GetProperty("secret").GetString()!;
        var program = (await PostAsync("/auth/token", new { ApiKey = key })).GetProperty("accessToken").GetString()!;
        await PostAsync("/auth/refresh", new { RefreshToken = refresh });
        await PostAsync("/auth/refresh", new { RefreshToken = refresh });
        await PostAsync("/auth/password", new { Current = password, New = "weak" }, access);

        logs.Text.Should().Contain("signed in, session").And.Contain("came a second time");
        foreach (var secret in (string[])[link, name, password, access, refresh, key, program]) logs.Text.Should().NotContain(secret);

        async Task<System.Text.Json.JsonElement> PostAsync(string path, object body, string? token = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = System.Net.Http.Json.JsonContent.Create(body) };
            if (token is not null) request.Headers.Add("Authorization", $"Bearer {token}");
            return await SignInFixture.JsonAsync(await gateway.Http.SendAsync(request));
        }
    }

    private Task<GatewayUnderTest> StartAsync() => GatewayUnderTest.StartAsync(_broker, new Dictionary<string, Uri>(StringComparer.Ordinal));

    private async Task<string> SecretAsync() => (await File.ReadAllTextAsync(LinkFile)).Trim().Split('#')[1];

    private static Task<HttpResponseMessage> JoinAsync(GatewayUnderTest gateway, string invitation) => System.Net.Http.Json.HttpClientJsonExtensions.PostAsJsonAsync(
        gateway.Http, "/auth/users", new { Invitation = invitation, Name = "first", SignInFixture.Password });
}
