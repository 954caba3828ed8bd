using AlgoStack.ServiceDefaults;
using Microsoft.AspNetCore.Builder;

// A service of the defaults alone, and of the bus when its first argument says so. Configured by its environment.
var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
if (args is ["bus", ..]) builder.AddBus();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapGet("/", () => "here");
await app.RunAsync();
