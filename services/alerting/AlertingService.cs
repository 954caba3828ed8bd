using AlgoStack.Alerting.Alerts;
using AlgoStack.Alerting.Channels;
using AlgoStack.Alerting.Channels.Inbox;
using AlgoStack.Alerting.Rules;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Signals;
using AlgoStack.EventStore;
using AlgoStack.EventStore.Inspection;
using AlgoStack.ServiceDefaults;
using AlgoStack.ServiceDefaults.Tokens;

namespace AlgoStack.Alerting;

/// <summary>The service put together.</summary>
public static class AlertingService
{
    public static WebApplication Build(WebApplicationBuilder builder)
    {
        builder.AddServiceDefaults();
        builder.AddTokenCheck();
        builder.AddEventStore("algostack", "alerting", store =>
        {
            store.Event<AlertRaised>("alert_raised");
            store.Event<AlertAttempted>("alert_attempted");
            store.Event<AlertAttemptFailed>("alert_attempt_failed");
            store.Event<AlertDelivered>("alert_delivered");
            store.Event<AlertFailed>("alert_failed");
            store.Aggregate(Alert.None, (alert, stored) => alert.Apply(stored));
            store.Inline<InboxTable>();
            store.Subscribe<PublishDeliveries>();
            store.Subscribe<RingForDelivery>();
        });
        builder.AddIdempotency();
        builder.AddServiceClient<SignalClient>("signal");
        builder.AddBus(bus =>
        {
            bus.AddOrderedConsumer<TellSignals, BarsEvaluated>();
            bus.AddOrderedConsumer<TellOrders, OrdersChanged>();
            bus.AddConsumer<TellFeeds>();
            bus.AddConsumer<TellHalts>();
            bus.AddConsumer<RaiseAlert>();
        });

        builder.Services.AddSingleton(RuleOptions.Read(builder.Configuration));
        builder.Services.AddSingleton(WatchedServices.Read(builder.Configuration));
        // Read now, so that a wrong key ends the start; built by the container, so that it is disposed of.
        var channels = ChannelLines.Read(builder.Configuration, TimeProvider.System);
        builder.Services.AddSingleton(_ => channels);
        builder.Services.AddSingleton<RaisedAlerts>();
        builder.Services.AddSingleton<HeardBatches>();
        builder.Services.AddSingleton<AccountSessions>();
        builder.Services.AddSingleton<DeliverAlerts>();
        builder.Services.AddHostedService(services => services.GetRequiredService<DeliverAlerts>());
        builder.Services.AddHostedService<WatchServices>();
        builder.Services.AddHostedService<WatchAccounts>();

        var app = builder.Build();
        app.MapDefaultEndpoints();
        var routes = app.MapGroup("").WithIdempotency();
        routes.MapGroup("").RequireScopeToChange(TokenScopes.Admin).MapEventStore();
        GetAlerts.Map(routes);
        RaiseAlert.Map(routes);
        GetChannels.Map(routes);
        GetProgress.Map(routes);
        return app;
    }
}
