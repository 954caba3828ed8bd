using AlgoStack.Alerting.Alerts;
using AlgoStack.Alerting.Rules;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Alerting.Tests.Rules;

public sealed class HealthRuleTests
{
    private static readonly ServiceHealth Healthy = new(0, Heard: true, Told: false);

    [Fact]
    public void Two_bad_answers_in_a_row_are_told_once_and_so_is_the_recovery()
    {
        Ask(Healthy, "bad", "bad", "bad", null, null)
            .Select(draft => draft?.Rule).Should().Equal(null, HealthRule.Down, null, HealthRule.Recovered, null);
    }

    [Fact]
    public void One_bad_answer_alone_is_not_told() =>
        Ask(Healthy, "bad", null, "bad", null, "bad").Should().OnlyContain(draft => draft == null);

    [Fact]
    public void A_service_that_is_down_is_critical_and_says_what_was_wrong()
    {
        var draft = Ask(Healthy, "no answer: ConnectionError", "HTTP 503: the database is gone")[^1]!;

        draft.Severity.Should().Be(Severity.Critical);
        draft.Title.Should().Be("signal is down");
        draft.Text.Should().Be("2 bad answers in a row, the last: HTTP 503: the database is gone");
    }

    [Theory]
    [InlineData(
        503,
        """{"status":"unhealthy","checks":{"postgres":{"status":"unhealthy","latency":3.1,"reason":"gone"},"self":{"status":"healthy"},"bus":{"status":"degraded"}}}""",
        "HTTP 503: postgres is unhealthy, gone; bus is degraded")]
    [InlineData(503, "Unhealthy", "HTTP 503: Unhealthy")]
    [InlineData(502, "<html>\n</html>", "HTTP 502: <html> </html>")]
    [InlineData(500, "", "HTTP 500: ")]
    [InlineData(503, "[1]", "HTTP 503: [1]")]
    [InlineData(503, """{"checks":{"a":7}}""", """HTTP 503: {"checks":{"a":7}}""")]
    public void What_is_wrong_is_read_out_of_the_answer(int status, string body, string problem) =>
        HealthRule.Problem(status, body).Should().Be(problem);

    [Fact]
    public void A_service_that_is_still_starting_is_given_longer()
    {
        var answers = Enumerable.Repeat("no answer", HealthRule.BadAnswersWhileStarting).ToArray();

        var drafts = Ask(default, answers);

        drafts.SkipLast(1).Should().OnlyContain(draft => draft == null);
        drafts[^1]!.Rule.Should().Be(HealthRule.Down);
    }

    [Fact]
    public void The_first_good_answer_closes_what_a_former_process_opened()
    {
        var down = Ask(Healthy, "bad", "bad")[^1]!;
        var good = Ask(default, [null])[0]!;

        good.ClosesKey.Should().Be(down.OpensKey).And.NotBeNull();
    }

    private static List<AlertDraft?> Ask(ServiceHealth health, params string?[] problems)
    {
        var drafts = new List<AlertDraft?>();
        foreach (var problem in problems)
        {
            (health, var draft) = HealthRule.On(health, "signal", problem, Told.At.AddSeconds(drafts.Count));
            drafts.Add(draft);
        }

        return drafts;
    }
}
