using AlgoStack.Contracts.MarketData;
using AlgoStack.EventStore;
using AlgoStack.EventStore.Inspection;
using AlgoStack.ServiceDefaults;
using AlgoStack.ServiceDefaults.Tokens;
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
        builder.AddTokenCheck();
        builder.AddServiceClient<TapeClient>(TapeClient.Service);
        builder.AddEventStore("algostack", "signal", store =>
        {
            store.Event<StrategiesChosen>("strategies_chosen");
            store.Event<BatchEvaluated>("batch_evaluated");
            store.Inline<SignalLog>();
            store.Subscribe<PublishEvaluations>();
        });
        builder.AddIdempotency();
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
        var routes = app.MapGroup("").WithIdempotency();
        routes.MapGroup("").RequireScopeToChange(TokenScopes.Admin).MapEventStore();
        GetSignals.Map(routes);
        LatestSignals.Map(routes);
        GetShowcase.Map(routes);
        GetEvaluations.Map(routes);
        GetStrategies.Map(routes);
        return app;
    }
}
