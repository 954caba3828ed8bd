using AlgoStack.Backtest.Backtests;
using AlgoStack.Backtest.Sweeps;
using AlgoStack.EventStore;
using AlgoStack.EventStore.Inspection;
using AlgoStack.ServiceDefaults;
using AlgoStack.ServiceDefaults.Tokens;
using AlgoStack.ServiceDefaults.Clients;

namespace AlgoStack.Backtest;

/// <summary>The service put together.</summary>
public static class BacktestService
{
    public static WebApplication Build(WebApplicationBuilder builder)
    {
        builder.AddServiceDefaults();
        builder.AddTokenCheck();
        builder.AddServiceClient<TapeClient>(TapeClient.Service);
        builder.AddServiceClient<EvaluationClient>(EvaluationClient.Service);
        builder.AddServiceClient<RoutingClient>(RoutingClient.Service);
        builder.AddEventStore("algostack", "backtest", Store);
        builder.AddIdempotency();
        builder.AddBus(bus => bus.AddWorker<RunSweepParts>());
        builder.Services.AddLimits();
        builder.Services.AddSingleton<TapeData>();
        builder.Services.AddSingleton<RunBacktest>();
        builder.Services.AddSingleton<CheckParity>();
        builder.Services.AddSingleton<AcceptBacktest>();
        builder.Services.AddSingleton<ExportBacktest>();
        builder.Services.AddSingleton<SweepData>();
        builder.Services.AddSingleton<EndSweep>();
        builder.Services.AddSingleton<BacktestQueue>();
        builder.Services.AddHostedService(services => services.GetRequiredService<BacktestQueue>());

        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.UseRateLimiter();
        var routes = app.MapGroup("").WithIdempotency();
        routes.MapGroup("").RequireScopeToChange(TokenScopes.Admin).MapEventStore();
        StartReplay.Map(routes);
        StartRun.Map(routes);
        GetBacktest.Map(routes);
        CancelBacktest.Map(routes);
        ExportBacktest.Map(routes);
        CheckParity.Map(routes);
        BeginSweep.Map(routes);
        GetSweep.Map(routes);
        CancelSweep.Map(routes);
        return app;
    }

    private static void Store(EventStoreOptions store)
    {
        store.Event<BacktestStarted>("backtest_started");
        store.Event<BacktestBegun>("backtest_begun");
        store.Event<BacktestAdvanced>("backtest_advanced");
        store.Event<BacktestFinished>("backtest_finished");
        store.Event<BacktestBroke>("backtest_broke");
        store.Event<BacktestCanceled>("backtest_canceled");
        store.Event<SweepStarted>("sweep_started");
        store.Event<SweepPartFinished>("sweep_part_finished");
        store.Event<SweepFinished>("sweep_finished");
        store.Event<SweepCanceled>("sweep_canceled");
        store.Event<SweepBroke>("sweep_broke");
        store.Inline<BacktestTable>();
        store.Inline<TradeTable>();
        store.Inline<SweepList>();
        store.Subscribe<PublishBacktests>();
        store.Subscribe<PublishSweepParts>();
    }
}
