using AlgoStack.BrokerRouting.Accounts;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.Engine;
using AlgoStack.ServiceDefaults;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.ServiceDefaults.Tokens;
using AlgoStack.Trading.Risk;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.BrokerRouting.Risk;

/// <summary>
/// <c>GET</c> and <c>PUT /accounts/{account}/limits</c>, and <c>/accounts/{account}/strategies/{strategy}/limits</c>. A change holds
/// once it is answered, is kept with its reason, and goes on after a restart until the configuration says otherwise.
/// </summary>
public static class ChangeRiskLimits
{
    private const int LongestReason = 500;
    private const int LongestName = 100;

    public static void Map(IEndpointRouteBuilder routes)
    {
        Describe(routes.MapGet("/accounts/{account}/limits", ReadAsync)).WithName("GetLimits").WithSummary("The limits of an account and of its strategies.");
        DescribeChange(routes.MapPut("/accounts/{account}/limits", ChangeAsync))
            .WithName("ChangeLimits")
            .WithSummary("Puts other limits in place of an account's own; those of its strategies stay.");
        DescribeChange(routes.MapPut("/accounts/{account}/strategies/{strategy}/limits", ChangeOfStrategyAsync))
            .WithName("ChangeLimitsOfStrategy")
            .WithSummary("Puts other limits in place of a strategy's.");
    }

    private static RouteHandlerBuilder Describe(RouteHandlerBuilder endpoint) => endpoint
        .Produces<AccountLimits>()
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static RouteHandlerBuilder DescribeChange(RouteHandlerBuilder endpoint) => Describe(endpoint)
        .RequireScope(TokenScopes.Admin)
        .ProducesProblem(StatusCodes.Status400BadRequest);

    private static async Task<IResult> ReadAsync(string account, AccountDesks desks, CancellationToken cancellationToken) =>
        desks.Find(account) is { } desk ? Results.Ok(await desk.AskAsync((engine, _) => ViewOf(engine), null, cancellationToken)) : AccountDesks.NotFound(account);

    private static async Task<IResult> ChangeAsync(string account, ChangeLimits command, AccountDesks desks, CancellationToken cancellationToken)
    {
        foreach (var (name, percent) in ((string, decimal?)[])[(nameof(command.RiskPercent), command.RiskPercent), (nameof(command.PositionPercent), command.PositionPercent)])
        {
            if (percent is { } share && LimitForm.WhyNotPercent(share) is { } why) return Invalid(name, why);
        }

        return await PutAsync(
            account,
            command,
            desks,
            (limits, changed) => limits with
            {
                RiskPercent = command.RiskPercent ?? limits.RiskPercent,
                PositionPercent = command.PositionPercent ?? limits.PositionPercent,
                Account = changed,
            },
            cancellationToken);
    }

    private static async Task<IResult> ChangeOfStrategyAsync(string account, string strategy, ChangeLimits command, AccountDesks desks, CancellationToken cancellationToken)
    {
        if (strategy.Length > LongestName) return Problem.Invalid("strategy_invalid", $"Expected a name of 1 to {LongestName} characters, found {strategy.Length}.");
        if (command.RiskPercent is not null) return Invalid(nameof(command.RiskPercent), "expected none: it is the account's");
        if (command.PositionPercent is not null) return Invalid(nameof(command.PositionPercent), "expected none: it is the account's");

        return await PutAsync(
            account,
            command,
            desks,
            (limits, changed) => limits with { Strategies = new Dictionary<string, TradingLimits>(limits.Strategies, StringComparer.Ordinal) { [strategy] = changed } },
            cancellationToken);
    }

    private static async Task<IResult> PutAsync(
        string account, ChangeLimits command, AccountDesks desks, Func<RiskLimits, TradingLimits, RiskLimits> change, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(command.Reason) || command.Reason.Length > LongestReason)
            return Problem.Invalid("reason_required", $"Expected a reason of 1 to {LongestReason} characters, found {command.Reason?.Length ?? 0}.");
        if (command.Limits is null) return Invalid(nameof(command.Limits), "expected all that are to hold, found none");
        if (LimitForm.Read(command.Limits, out var changed) is var (name, problem)) return Invalid($"{nameof(command.Limits)}.{name}", problem);
        if (desks.Find(account) is not { } desk) return AccountDesks.NotFound(account);

        return Results.Ok(await desk.AskAsync(
            (engine, now) =>
            {
                engine.Change(change(engine.Limits, changed), command.Reason, now);
                return ViewOf(engine);
            },
            null,
            cancellationToken));
    }

    private static AccountLimits ViewOf(AccountEngine engine)
    {
        var (limits, changed) = (engine.Limits, engine.LimitsChanged!);
        return new AccountLimits(
            engine.Account,
            limits.RiskPercent,
            limits.PositionPercent,
            LimitForm.Write(limits.Account),
            limits.Strategies.ToDictionary(s => s.Key, s => LimitForm.Write(s.Value), StringComparer.Ordinal),
            changed.Source,
            changed.Reason,
            changed.At);
    }

    private static ProblemHttpResult Invalid(string name, string problem) => Problem.Invalid("limits_invalid", $"{name}: {problem}.");
}
