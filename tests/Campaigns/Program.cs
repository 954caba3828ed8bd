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
    case ["event-store" or "sweep" or "orders" or "fuzz", .. var rest]:
        try
        {
            var options = CampaignOptions.Parse(args[0], rest);
            return args[0] switch
            {
                "sweep" => await new SweepCampaign(options, Console.Out).RunAsync(),
                "fuzz" => await new FuzzCampaign(options, Console.Out).RunAsync(),
                "orders" => await new OrdersCampaign(options, Console.Out).RunAsync(),
                _ => await new EventStoreCampaign(options, Console.Out).RunAsync(),
            };
        }
        catch (FormatException e)
        {
            await Console.Error.WriteLineAsync($"{e.Message} tests/campaign --help explains.");
            return 2;
        }

    default:
        await Console.Error.WriteLineAsync("Which campaign? There are event-store, sweep, orders and fuzz; tests/campaign --help explains.");
        return 2;
}
