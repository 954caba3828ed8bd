using AlgoStack.BrokerRouting.Accounts;
using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.BrokerRouting.Brokers.Paper;
using AlgoStack.BrokerRouting.Executions;
using AlgoStack.BrokerRouting.Orders;
using AlgoStack.BrokerRouting.Portfolios;
using AlgoStack.BrokerRouting.Positions;
using AlgoStack.BrokerRouting.Risk;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Signals;
using AlgoStack.EventStore;
using AlgoStack.EventStore.Inspection;
using AlgoStack.ServiceDefaults;
using AlgoStack.ServiceDefaults.Tokens;
using AlgoStack.ServiceDefaults.Clients;
using Microsoft.AspNetCore.Mvc;

namespace AlgoStack.BrokerRouting;

/// <summary>The service put together.</summary>
public static class BrokerRoutingService
{
    public static WebApplication Build(WebApplicationBuilder builder)
    {
        builder.AddServiceDefaults();
        builder.AddTokenCheck();
        builder.AddServiceClient<TapeClient>(TapeClient.Service);
        builder.AddServiceClient<EvaluationClient>(EvaluationClient.Service);
        builder.AddEventStore("algostack", "broker_routing", BrokerRoutingStore.Configure);
        builder.AddIdempotency();
        builder.Services.AddSingleton<BatchCache>();
        builder.Services.AddSingleton<SessionBooks>();
        builder.Services.AddSingleton<OrderIntents>();
        builder.Services.AddSingleton<TradingSwitch>();
        builder.Services.AddHostedService(services => services.GetRequiredService<TradingSwitch>());
        builder.Services.AddSingleton<StatisticsCache>();
        builder.Services.AddSingleton<PaperVenues>();
        builder.Services.AddSingleton<BrokerFactory>();
        builder.Services.AddSingleton<AccountLoader>();
        builder.Services.AddTransient<VolumeProfiles>();
        builder.Services.AddSingleton<AccountDesks>();
        builder.Services.AddHostedService(services => services.GetRequiredService<AccountDesks>());
        builder.Services.AddSingleton<SignalFollowers>();
        builder.Services.AddHostedService(services => services.GetRequiredService<SignalFollowers>());
        builder.AddBus(bus =>
        {
            bus.AddOrderedConsumer<RememberBars, BarsClosed>();
            bus.AddOrderedConsumer<RouteSignals, BarsEvaluated>();
            bus.AddOrderedConsumer<TradeSignals, BarsEvaluated>();
        });

        var app = builder.Build();
        app.MapDefaultEndpoints();
        var routes = app.MapGroup("").WithIdempotency().WithMetadata(new RequestSizeLimitAttribute(RequestBodies.MostBytes));
        routes.MapGroup("").RequireScopeToChange(TokenScopes.Admin).MapEventStore();
        MapOrders(routes);
        MapAccounts(routes);
        MapPortfolios(routes);
        return app;
    }

    private static void MapOrders(IEndpointRouteBuilder routes)
    {
        GetOrders.Map(routes);
        GetOrder.Map(routes);
        PlaceOrder.Map(routes);
        PlaceBasket.Map(routes);
        ChangeOrder.Map(routes);
        StartExecution.Map(routes);
        GetExecutions.Map(routes);
        CancelExecution.Map(routes);
        SwitchTrading.Map(routes);
        GetProgress.Map(routes);
    }

    private static void MapAccounts(IEndpointRouteBuilder routes)
    {
        GetAccounts.Map(routes);
        GetStrategies.Map(routes);
        ReconcileAccount.Map(routes);
        CloseAll.Map(routes);
        ChangeRiskLimits.Map(routes);
        TellCorporateAction.Map(routes);
        GetCorporateActions.Map(routes);
    }

    private static void MapPortfolios(IEndpointRouteBuilder routes)
    {
        GetPositions.Map(routes);
        GetPortfolio.Map(routes);
        GetPortfolios.Map(routes);
        GetTrades.Map(routes);
        GetEquity.Map(routes);
        GetStatistics.Map(routes);
    }
}
