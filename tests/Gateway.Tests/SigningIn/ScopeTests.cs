using AlgoStack.Gateway.Forwarding;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using FluentAssertions;
using Microsoft.AspNetCore.Authorization;
using Xunit;
using Xunit.Abstractions;

namespace AlgoStack.Gateway.Tests.SigningIn;

/// <summary>Every path of the one address, what it is passed on to included, tried by people of each role and by programs.</summary>
public sealed class ScopeTests(SignInFixture fixture) : IClassFixture<SignInFixture>
{
    [Fact]
    public async Task Every_endpoint_lets_in_who_has_its_scope_and_nobody_else()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(
            fixture.Broker,
            new Dictionary<string, Uri>(StringComparer.Ordinal),
            clock: fixture.Clock,
            configure: services => services.AddSingleton<IAuthorizationMiddlewareResultHandler, ScopeMatrix.StopBehindTheDoor>());
        ScopeMatrix.Caller[] callers =
        [
            new([], null),
            await PersonAsync("viewer", "read"), await PersonAsync("trader", "read", "trade"), await PersonAsync("admin", "read", "trade", "admin"),
            await ProgramAsync("read"), await ProgramAsync("trade"), await ProgramAsync("read", "trade"), await ProgramAsync("read", "trade", "admin"),
        ];

        await ScopeMatrix.ShouldHoldAsync(gateway.Address, gateway.Services, "services/gateway/scopes.txt", callers);
    }

    private async Task<ScopeMatrix.Caller> PersonAsync(string role, params string[] scopes) =>
        new(["person", .. scopes], (await fixture.SignInAsync(role)).AccessToken);

    private async Task<ScopeMatrix.Caller> ProgramAsync(params string[] scopes)
    {
        using var made = await fixture.PostAsync("/auth/api-keys", new { Name = string.Join('-', scopes), Scopes = scopes }, (await fixture.SignInAsync("admin")).AccessToken);
        var key = (await SignInFixture.JsonAsync(made)).GetProperty("secret").GetString();
        using var taken = await fixture.PostAsync("/auth/token", new { ApiKey = key });
        return new(scopes, (await SignInFixture.JsonAsync(taken)).GetProperty("accessToken").GetString());
    }
}

/// <summary>The tables of all services together.</summary>
public sealed class ScopeTableTests(ITestOutputHelper output)
{
    private const int RolesAndNobody = 4;
    private const int SetsOfScopes = 8;

    private static readonly string[] Words = ["anybody", "read", "trade", "admin", "person", "person+read", "person+admin"];

    [Fact]
    public void Each_endpoint_stands_once_and_demands_what_there_is()
    {
        var lines = Tables();

        lines.Select(l => l.Demand).Distinct(StringComparer.Ordinal).Should().BeSubsetOf(Words);
        lines.Select(l => (l.Service, l.Method, l.Path)).Should().OnlyHaveUniqueItems();
        output.WriteLine($"{lines.Count} endpoints x {RolesAndNobody} roles and {SetsOfScopes} sets of scopes: {lines.Count * (RolesAndNobody + SetsOfScopes)} cases");
        foreach (var service in lines.GroupBy(l => l.Service, StringComparer.Ordinal)) output.WriteLine($"{service.Key}: {service.Count()}");
    }

    [Fact]
    public void The_gateway_knows_which_changes_of_services_are_for_administrators()
    {
        foreach (var line in Tables().Where(l => l.Service != Routes.Gateway && l.Method is not ("GET" or "HEAD")))
            AdminChanges.IsOne(line.Service, line.Path).Should().Be(line.Demand == "admin", "{0} demands {1}", line, line.Demand);
    }

    private static List<(string Service, string Demand, string Method, string Path)> Tables() =>
    [
        .. Routes.Services.Append(Routes.Gateway).SelectMany(service => File.ReadAllLines(Path.Combine(Repository.Root, "services", service, "scopes.txt"))
            .Select(line => line.Split(' ', 3)).Select(parts => (service, parts[0], parts[1], parts[2]))),
    ];
}
