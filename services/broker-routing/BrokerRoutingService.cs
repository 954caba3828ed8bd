using AlgoStack.BrokerRouting.Orders;
using AlgoStack.BrokerRouting.Portfolios;
using AlgoStack.BrokerRouting.Positions;
using AlgoStack.BrokerRouting.Risk;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Signals;
using AlgoStack.EventStore;
using AlgoStack.EventStore.Inspection;
using AlgoStack.ServiceDefaults;
using AlgoStack.ServiceDefaults.Clients;

namespace AlgoStack.BrokerRouting;

/// <summary>The service put together.</summary>
public static class BrokerRoutingService
{
    public static WebApplication Build(WebApplicationBuilder builder)
    {
        builder.AddServiceDefaults();
        builder.AddServiceClient<TapeClient>(TapeClient.Service);
        builder.AddServiceClient<EvaluationClient>(EvaluationClient.Service);
        builder.AddEventStore("algostack", "broker_routing", BrokerRoutingStore.Configure);
        builder.AddIdempotency();
        builder.Services.AddSingleton<BatchCache>();
        builder.Services.AddSingleton<SessionBooks>();
        builder.Services.AddSingleton<OrderIntents>();
        builder.Services.AddSingleton<TradingSwitch>();
        builder.Services.AddHostedService(services => services.GetRequiredService<TradingSwitch>());
        builder.AddBus(bus =>
        {
            bus.AddOrderedConsumer<RememberBars, BarsClosed>();
            bus.AddOrderedConsumer<RouteSignals, BarsEvaluated>();
        });

        var app = builder.Build();
        app.MapDefaultEndpoints();
        var routes = app.MapGroup("").WithIdempotency();
        routes.MapEventStore();
        GetOrders.Map(routes);
        GetPositions.Map(routes);
        GetPortfolio.Map(routes);
        GetProgress.Map(routes);
        SwitchTrading.Map(routes);
        return app;
    }
}
