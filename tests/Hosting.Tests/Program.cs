using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

// What the tests start as processes of their own: a host to be killed and interrupted, and a service to be hosted.
switch (args)
{
    case ["host", var scenario]:
        var builder = DistributedApplication.CreateBuilder(args);
        HostScenarios.Describe(builder, scenario);
        builder.Build().Run();
        return Environment.ExitCode;

    case ["service"]:
        // Its environment is all it knows, so that is what it tells.
        var service = WebApplication.CreateBuilder().Build();
        service.MapGet("/health", () => Results.StatusCode(int.Parse(
            Environment.GetEnvironmentVariable("HEALTH") ?? "200", CultureInfo.InvariantCulture)));
        service.MapGet("/environment/{name}", (string name) => Environment.GetEnvironmentVariable(name) ?? "");
        await service.RunAsync();
        return 0;

    default:
        await Console.Error.WriteLineAsync("host SCENARIO, or service");
        return 2;
}
