using AlgoStack.Testing;
using AlgoStack.Testing.Running;
using Aspire.Hosting;

// What `./test` runs: every test project against one PostgreSQL and one RabbitMQ.
try
{
    using var run = new TestRun(Repository.Root, Console.Out);
    return await run.RunAsync();
}
catch (DistributedApplicationException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
