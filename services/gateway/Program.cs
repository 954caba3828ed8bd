using AlgoStack.Gateway;
using AlgoStack.ServiceDefaults;

ServicePriority.YieldToTrading();
await GatewayApplication.Build(args).RunAsync();
