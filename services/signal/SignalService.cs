using AlgoStack.Contracts.MarketData;
using AlgoStack.EventStore;
using AlgoStack.EventStore.Inspection;
using AlgoStack.ServiceDefaults;
using AlgoStack.ServiceDefaults.Clients;
using AlgoStack.Signal.Backtests;
using AlgoStack.Signal.Signals;
using AlgoStack.Signal.Strategies;

namespace AlgoStack.Signal;

/// <summary>The service put together.</summary>
public static class SignalService
{
    public static WebApplication Build(WebApplicationBuilder builder)
    {
        builder.AddServiceDefaults();
        builder.AddServiceClient<TapeClient>(TapeClient.Service);
        builder.AddEventStore("algostack", "signal", store =>
        {
            store.Event<StrategiesChosen>("strategies_chosen");
            store.Event<BatchEvaluated>("batch_evaluated");
            store.Inline<SignalLog>();
            store.Subscribe<PublishEvaluations>();
        });
        builder.AddBus(bus =>
        {
            bus.AddOrderedConsumer<EvaluateBars, BarsClosed>();
            bus.AddConsumer<KeepBacktests>();
        });
        builder.Services.AddSingleton(ConfiguredStrategies.From(builder.Configuration));
        builder.Services.AddSingleton<SessionEngines>();
        builder.Services.AddSingleton<LatestSignals>();

        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.MapEventStore();
        GetSignals.Map(app);
        LatestSignals.Map(app);
        GetShowcase.Map(app);
        GetEvaluations.Map(app);
        GetStrategies.Map(app);
        return app;
    }
}
