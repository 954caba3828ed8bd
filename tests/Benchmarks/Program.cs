using System.CommandLine;
using AlgoStack.Benchmarks.Backtest;
using AlgoStack.Benchmarks.EventStore;
using AlgoStack.Benchmarks.Gateway;
using AlgoStack.Benchmarks.Orders;

var only = new Option<string?>("--only") { Description = "Lines whose name holds this text." };
var rounds = new Option<int>("--rounds") { Description = "Pairs of runs a line.", DefaultValueFactory = _ => 5 };
var brief = new Option<bool>("--short") { Description = "Small runs, once: shows that it works, and nothing about speed." };
var eventStore = new Command("event-store", "The event store and the tape against PostgreSQL itself.") { only, rounds, brief };
eventStore.SetAction(parsed => EventStoreBenchmark.RunAsync(
    Console.Out, parsed.GetValue(only), parsed.GetValue(brief) ? 1 : parsed.GetValue(rounds), parsed.GetValue(brief)));
var backtest = new Command("backtest", "The backtester against a loop over arrays.") { only, rounds, brief };
backtest.SetAction(parsed => BacktestBenchmark.RunAsync(
    Console.Out, parsed.GetValue(only), parsed.GetValue(brief) ? 1 : parsed.GetValue(rounds), parsed.GetValue(brief)));
var orders = new Command("orders", "What an order goes through.") { only, rounds, brief };
orders.SetAction(parsed => OrdersBenchmark.RunAsync(
    Console.Out, parsed.GetValue(only), parsed.GetValue(brief) ? 1 : parsed.GetValue(rounds), parsed.GetValue(brief)));
var gateway = new Command("gateway", "What callers of the one address wait for.") { only, brief };
gateway.SetAction(parsed => GatewayBenchmark.RunAsync(Console.Out, parsed.GetValue(only), parsed.GetValue(brief)));
return await new RootCommand("AlgoStack's benchmarks: ratios against a limit measured in the same run.") { eventStore, backtest, orders, gateway }.Parse(args).InvokeAsync();
