using AlgoStack.Alerting;
using AlgoStack.ServiceDefaults;

ServicePriority.YieldToTrading();
var app = AlertingService.Build(WebApplication.CreateBuilder(args));

await app.RunAsync();
