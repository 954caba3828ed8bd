using AlgoStack.Signal;

var app = SignalService.Build(WebApplication.CreateBuilder(args));

await app.RunAsync();
