using AlgoStack.Cli;

return await AlgoCommand.RunAsync(args, Terminal.OfProcess(), CancellationToken.None);
