using AlgoStack.Backtest.Backtests;
using AlgoStack.EventStore;
using AlgoStack.EventStore.Inspection;
using AlgoStack.ServiceDefaults;
using AlgoStack.ServiceDefaults.Clients;

namespace AlgoStack.Backtest;

/// <summary>The service put together.</summary>
public static class BacktestService
{
    public static WebApplication Build(WebApplicationBuilder builder)
    {
        builder.AddServiceDefaults();
        builder.AddServiceClient<TapeClient>(TapeClient.Service);
        builder.AddServiceClient<EvaluationClient>(EvaluationClient.Service);
        builder.AddServiceClient<RoutingClient>(RoutingClient.Service);
        builder.AddEventStore("algostack", "backtest", store =>
        {
            store.Event<BacktestStarted>("backtest_started");
            store.Event<BacktestBegun>("backtest_begun");
            store.Event<BacktestAdvanced>("backtest_advanced");
            store.Event<BacktestFinished>("backtest_finished");
            store.Event<BacktestBroke>("backtest_broke");
            store.Event<BacktestCanceled>("backtest_canceled");
            store.Inline<BacktestTable>();
            store.Inline<TradeTable>();
            store.Subscribe<PublishBacktests>();
        });
        builder.AddBus();
        builder.Services.AddLimits();
        builder.Services.AddSingleton<TapeData>();
        builder.Services.AddSingleton<RunBacktest>();
        builder.Services.AddSingleton<CheckParity>();
        builder.Services.AddSingleton<AcceptBacktest>();
        builder.Services.AddSingleton<ExportBacktest>();
        builder.Services.AddSingleton<BacktestQueue>();
        builder.Services.AddHostedService(services => services.GetRequiredService<BacktestQueue>());

        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.UseRateLimiter();
        app.MapEventStore();
        StartReplay.Map(app);
        StartRun.Map(app);
        GetBacktest.Map(app);
        CancelBacktest.Map(app);
        ExportBacktest.Map(app);
        CheckParity.Map(app);
        return app;
    }
}
