using AlgoStack.BrokerRouting.Accounts;
using AlgoStack.BrokerRouting.Brokers;
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
        builder.Services.AddSingleton<BrokerFactory>();
        builder.Services.AddSingleton<AccountLoader>();
        builder.Services.AddSingleton<AccountDesks>();
        builder.Services.AddHostedService(services => services.GetRequiredService<AccountDesks>());
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
        GetOrder.Map(routes);
        PlaceOrder.Map(routes);
        ChangeOrder.Map(routes);
        GetAccounts.Map(routes);
        ReconcileAccount.Map(routes);
        CloseAll.Map(routes);
        GetPositions.Map(routes);
        GetPortfolio.Map(routes);
        GetProgress.Map(routes);
        SwitchTrading.Map(routes);
        return app;
    }
}
