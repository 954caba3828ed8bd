using AlgoStack.Campaigns;
using AlgoStack.Campaigns.Processes;

// What tests/campaign runs; a campaign starts this program again as its writers and readers.
switch (args)
{
    case [ChildPrograms.Write, var task]:
        await ChildPrograms.WriteAsync(task);
        return 0;
    case [ChildPrograms.Read, var schema]:
        await ChildPrograms.ReadAsync(schema);
        return 0;
    case ["event-store", .. var options]:
        return await EventStoreCampaign.RunAsync(options);
    default:
        await Console.Error.WriteLineAsync("Expected event-store; tests/campaign --help explains.");
        return 2;
}
