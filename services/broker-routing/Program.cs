using AlgoStack.BrokerRouting;

var app = BrokerRoutingService.Build(WebApplication.CreateBuilder(args));

await app.RunAsync();
