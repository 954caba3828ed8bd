using AlgoStack.Testing;
using AlgoStack.Testing.OpenApi;
using AlgoStack.Testing.Services;
using FluentAssertions;
using Xunit;
using Command = AlgoStack.Contracts.Alerts.RaiseAlert;

namespace AlgoStack.Alerting.Tests;

public sealed class DocumentTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task The_document_has_every_endpoint_and_what_it_answers()
    {
        await using var alerting = await AlertingUnderTest.StartAsync(await AlertingServers.NewAsync(servers));

        CommittedDocument.ShouldHold(await DocumentedEndpoints.ShouldBeWholeAsync(alerting.Http, alerting.Services), "alerting");
    }

    [Fact]
    public async Task An_alert_whose_answer_got_lost_is_raised_once()
    {
        await using var alerting = await AlertingUnderTest.StartAsync(await AlertingServers.NewAsync(servers));

        await LostAnswers.ShouldBeDoneOnceAsync(alerting.Http, alerting.Services, "/alerts", new Command("low", "desk", "Once", "Only once.", "", null, default));

        (await alerting.AlertsAsync()).Should().ContainSingle();
    }

    [Fact]
    public Task Every_endpoint_lets_in_who_has_its_scope_and_nobody_else() =>
        ScopeMatrix.ShouldHoldAsync(AlertingService.Build, "services/alerting/scopes.txt", servers, "signal");
}
