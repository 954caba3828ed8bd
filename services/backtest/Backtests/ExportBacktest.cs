using System.Text.Json;
using AlgoStack.Backtesting;
using AlgoStack.Backtesting.Reports;
using AlgoStack.Contracts.Backtests;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Performance;

namespace AlgoStack.Backtest.Backtests;

/// <summary>
/// <c>GET /api/backtest/{id}/report.html</c>, <c>report.json</c>, <c>trades.csv</c>, <c>equity.csv</c>: what came of a backtest as
/// files, made of what was stored when it ended. The page has the bars as well, where the tape still holds the very same.
/// </summary>
public sealed class ExportBacktest(BacktestTable backtests, TradeTable trades, TapeData data)
{
    private const int PageTrades = 10_000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var file in (string[])["report.html", "report.json", "trades.csv", "equity.csv"])
        {
            routes.MapGet(
                $"/api/backtest/{{id}}/{file}",
                (string id, ExportBacktest export, CancellationToken cancellationToken) => export.HandleAsync(id, file, cancellationToken))
                .Produces<string>(StatusCodes.Status200OK, MediaType(file))
                .ProducesProblem(StatusCodes.Status404NotFound)
                .ProducesProblem(StatusCodes.Status409Conflict);
        }
    }

    private async Task<IResult> HandleAsync(string id, string file, CancellationToken cancellationToken)
    {
        if (await backtests.FindAsync(id, cancellationToken) is not { } backtest) return GetBacktest.Unknown(id);
        if (backtest.View.State != "completed")
            return Problem.Conflict("backtest_not_completed", $"Backtest {id}: expected one that has completed, found one that is {backtest.View.State}.");
        if (backtest.Result is not { } kept)
            return Problem.Conflict("result_missing", $"Backtest {id} ran before results were kept; run it again.");

        using var json = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(kept));
        var result = JsonReport.Read(json) with { Trades = await TradesAsync(id, cancellationToken) };
        var output = new MemoryStream();
        if (file == "report.json")
        {
            JsonReport.Write(output, result);
        }
        else
        {
            await using var text = new StreamWriter(output, leaveOpen: true);
            if (file == "trades.csv") CsvReport.WriteTrades(text, result);
            else if (file == "equity.csv") CsvReport.WriteEquity(text, result);
            else HtmlReport.Write(text, result, await BarsAsync(backtest.View, cancellationToken));
        }

        output.Position = 0;
        return Results.Stream(output, $"{MediaType(file)}; charset=utf-8");
    }

    private static string MediaType(string file) => Path.GetExtension(file) switch
    {
        ".html" => "text/html",
        ".json" => "application/json",
        _ => "text/csv",
    };

    private async Task<IReadOnlyList<RoundTrip>> TradesAsync(string id, CancellationToken cancellationToken)
    {
        var all = new List<RoundTrip>();
        IReadOnlyList<BacktestTrade> page;
        do
        {
            page = await trades.ReadAsync(id, all.Count, PageTrades, cancellationToken);
            all.AddRange(page.Select(t => new RoundTrip(
                new InstrumentId(t.Instrument),
                Enum.Parse<OrderSide>(t.Side),
                t.Quantity,
                t.EntryPrice,
                t.ExitPrice,
                t.Commission,
                t.ProfitAndLoss,
                t.OpenedAt.ToUnixTimeMilliseconds(),
                t.ClosedAt.ToUnixTimeMilliseconds())));
        }
        while (page.Count == PageTrades);
        return all;
    }

    /// <summary>Those that it ran over; null where the tape has others by now, or cannot be read.</summary>
    private async Task<BarSeries?> BarsAsync(BacktestView view, CancellationToken cancellationToken)
    {
        try
        {
            var stretches = await data.OfAsync(view.Request, cancellationToken);
            return DataHash.Of(stretches.Select(s => s.Bars)) == view.DataHash ? TapeData.Traded(stretches) : null;
        }
        catch (Exception e) when (e is NoDataException or HttpRequestException)
        {
            return null;
        }
    }
}
