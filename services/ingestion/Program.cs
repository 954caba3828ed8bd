using AlgoStack.Ingestion;

var app = WebApplication.CreateBuilder(args).AddIngestion().Build().MapIngestion();

await app.RunAsync();
