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
    case ["event-store", .. var rest]:
        try
        {
            return await new EventStoreCampaign(CampaignOptions.Parse(rest), Console.Out).RunAsync();
        }
        catch (FormatException e)
        {
            await Console.Error.WriteLineAsync($"{e.Message} tests/campaign --help explains.");
            return 2;
        }

    default:
        await Console.Error.WriteLineAsync("Which campaign? There is event-store; tests/campaign --help explains.");
        return 2;
}
