using AlgoStack.ServiceDefaults;
using AlgoStack.ServiceDefaults.Tests.Idempotency;
using Microsoft.AspNetCore.Builder;

// A service of the defaults alone, and of the bus or of an effect that is never answered when its first argument says so.
// Configured by its environment.
var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
if (args is ["bus", ..]) builder.AddBus();
if (args is ["effect", ..]) EffectService.Add(builder);

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapGet("/", () => "here");
if (args is ["effect", ..]) EffectService.Map(app, () => Task.Delay(Timeout.Infinite, app.Lifetime.ApplicationStopping));
await app.RunAsync();
