using AlgoStack.Backtest;
using AlgoStack.ServiceDefaults;

ServicePriority.YieldToTrading();
var app = BacktestService.Build(WebApplication.CreateBuilder(args));

await app.RunAsync();
