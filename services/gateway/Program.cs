using AlgoStack.Gateway;

await GatewayApplication.Build(args).RunAsync();
