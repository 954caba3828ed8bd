using System.Globalization;
using AlgoStack.Backtesting;
using AlgoStack.Contracts.Backtests;
using AlgoStack.Contracts.Signals;
using AlgoStack.ServiceDefaults.Clients;
using AlgoStack.ServiceDefaults.Idempotency;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Trading.MarketData;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace AlgoStack.Backtest.Backtests;

/// <summary>
/// <c>POST /api/backtest/run?symbol=BTC/USDT&amp;days=30[&amp;timeframe=1m][&amp;strategy=ema-cross fast=12 slow=26]…</c>: strategies
/// over the last days of an instrument that the tape has. Its body, <see cref="BacktestChoices"/>, may be left out.
/// </summary>
public static class StartRun
{
    private const int MostDays = 3_650;

    /// <summary>Where none is asked for, the first of these that the tape has bars of.</summary>
    private static readonly string[] Timeframes = ["1m", "5m", "15m", "30m", "1h", "4h", "1d"];

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/backtest/run", HandleAsync).RequireRateLimiting(Limits.Run).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Accepted<BacktestView>, ProblemHttpResult>> HandleAsync(
        AcceptBacktest accept,
        TapeClient tape,
        string? symbol,
        string? days,
        string? timeframe,
        [FromQuery] string[]? strategy,
        [FromBody] BacktestChoices? choices,
        IdempotencyKey? key,
        CancellationToken cancellationToken)
    {
        if (!int.TryParse(days, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > MostDays)
            return Problem.Invalid("days_invalid", $"Days: expected 1 to {MostDays}, found '{days}'.");
        if (timeframe is not null && !Timeframe.TryParse(timeframe, out _))
            return Problem.Invalid("timeframe_invalid", $"Timeframe: expected such as 1m, 1h or 1d, found '{timeframe}'.");
        if (strategy is { Length: > 0 } && choices?.Strategies is { Count: > 0 })
            return Problem.Invalid("strategy_invalid", "Strategies: expected them in the query or in the body, found them in both.");

        try
        {
            var (instrument, problem) = await accept.FindInstrumentAsync(symbol, cancellationToken);
            if (instrument is null) return problem!;

            var strategies = strategy is { Length: > 0 } ? [.. strategy.Select(Choice)] : choices?.Strategies;
            foreach (var candidate in timeframe is null ? Timeframes : [timeframe])
            {
                var last = await tape.GetHistoryAsync(instrument, candidate, from: null, to: null, limit: 1, cancellationToken);
                if (last.Count == 0) continue;

                var to = DateTimeOffset.FromUnixTimeMilliseconds(last.CloseMs[0]);
                return await accept.HandleAsync(
                    new StartBacktest(null, [instrument], candidate, to.AddDays(-count).AddMilliseconds(1), to, "max", strategies, choices?.Models), key, cancellationToken);
            }

            return Problem.Invalid("range_empty", $"Range: expected {timeframe ?? string.Join(", ", Timeframes)} bars of {instrument}, found none on the tape.");
        }
        catch (FormatException e)
        {
            return Problem.Invalid("strategy_invalid", e.Message);
        }
        catch (HttpRequestException e)
        {
            return AcceptBacktest.TapeAway(e);
        }
    }

    private static StrategyChoice Choice(string text)
    {
        var configured = PlanText.Strategy(text);
        return new StrategyChoice(configured.Name, configured.ParameterText, [.. configured.Instruments.Select(i => i.Value)]);
    }
}
