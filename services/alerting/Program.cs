using AlgoStack.Alerting;

var app = AlertingService.Build(WebApplication.CreateBuilder(args));

await app.RunAsync();
