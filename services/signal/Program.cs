using AlgoStack.Contracts.MarketData;
using AlgoStack.EventStore;
using AlgoStack.ServiceDefaults;
using AlgoStack.ServiceDefaults.Clients;
using AlgoStack.Signal.Signals;
using AlgoStack.Signal.Strategies;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddServiceClient<TapeClient>(TapeClient.Service);
builder.AddEventStore("algostack", "signal", store =>
{
    store.Event<BatchEvaluated>("batch_evaluated");
    store.Inline<SignalLog>();
    store.Subscribe<PublishEvaluations>();
});
builder.AddBus(bus => bus.AddOrderedConsumer<EvaluateBars, BarsClosed>());
builder.Services.AddSingleton<SessionEngines>();

var app = builder.Build();
app.MapDefaultEndpoints();
GetSignals.Map(app);
GetEvaluations.Map(app);
await app.RunAsync();

/// <summary>Named so that tests can start the service in their own process.</summary>
public partial class Program;
