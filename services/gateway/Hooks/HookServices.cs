using AlgoStack.Gateway.Udf;

namespace AlgoStack.Gateway.Hooks;

/// <summary>Alerts of TradingView's that become orders.</summary>
internal static class HookServices
{
    public static void AddHooks(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(Hook.ReadAll(builder.Configuration));
        builder.Services.AddSingleton<HookAlerts>();
        builder.Services.AddTransient<TakeAlert>();
        UdfServices.AddClient<HookOrders>(builder, HookOrders.Service);
    }
}
