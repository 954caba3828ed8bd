using AlgoStack.Backtest;

var app = BacktestService.Build(WebApplication.CreateBuilder(args));

await app.RunAsync();
