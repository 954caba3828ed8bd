using System.Globalization;
using AlgoStack.VenueSim;
using AlgoStack.VenueSim.Api;
using AlgoStack.VenueSim.Control;
using AlgoStack.VenueSim.Faults;
using AlgoStack.VenueSim.Records;
using AlgoStack.VenueSim.Streaming;

// A broker with Alpaca's trading protocol, for tests: README.md says how it is told what to do.
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
var options = VenueOptions.Read(builder.Configuration);
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = VenueOptions.MostBodyBytes);
builder.WebHost.UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{options.Port}"));

var hub = new TradeHub();
using var file = new RecordFile(options.File, TimeProvider.System, hub.Publish);
var venue = new Venue(file, hub);
venue.Open(options.Cash);

var app = builder.Build();
app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(10) });
var gate = new FaultGate(venue, options, TimeProvider.System);
new OrdersApi(venue, gate).Map(app);
new AccountApi(gate, TimeProvider.System).Map(app);
new StreamApi(venue, hub, options).Map(app);
new ControlApi(venue).Map(app);

await app.StartAsync();
await Console.Out.WriteLineAsync($"listening on {app.Urls.Single()}");
await app.WaitForShutdownAsync();
