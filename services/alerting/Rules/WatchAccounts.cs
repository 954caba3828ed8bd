using AlgoStack.Alerting.Alerts;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.ServiceDefaults.Tokens;

namespace AlgoStack.Alerting.Rules;

/// <summary>
/// Asks broker-routing how accounts at venues stand, and tells what a person should know. By asking, because an account that
/// nobody trades any more announces nothing. That broker-routing itself does not answer, <see cref="WatchServices"/> tells.
/// </summary>
public sealed partial class WatchAccounts(WatchedServices services, ServiceKey key, RaisedAlerts alerts, TimeProvider clock, ILogger<WatchAccounts> logger) : BackgroundService
{
    private const string Service = "broker-routing";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, AccountHealth> _accounts = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // One instance does: who trades an account and who does not all read one log.
        if (services.All.FirstOrDefault(s => s.Name.StartsWith(Service, StringComparison.Ordinal)) is not { Address: { } address }) return;

        using var http = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { BaseAddress = address, Timeout = AnswerTimeout };
        http.DefaultRequestHeaders.Authorization = key.Header();
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await LookAsync(http, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task LookAsync(HttpClient http, CancellationToken stopping)
    {
        try
        {
            var accounts = await http.GetFromJsonAsync<IReadOnlyList<AccountView>>(new Uri("/accounts", UriKind.Relative), stopping) ?? [];
            foreach (var account in accounts) await JudgeAsync(account, stopping);
        }
#pragma warning disable CA1031 // Routing or the database is away: the next look tells what is to be told.
        catch (Exception e) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogUnseen(e);
        }
    }

    private async Task JudgeAsync(AccountView account, CancellationToken stopping)
    {
        var isFirst = !_accounts.TryGetValue(account.Account, out var health);
        health ??= new AccountHealth(null, Told: false, await alerts.FindOpenAsync(AccountRule.DriftKeys(account.Account), stopping));
        var (after, drafts) = AccountRule.On(health, isFirst, account, clock.GetUtcNow());
        foreach (var draft in drafts) await alerts.RaiseAsync(draft, stopping);
        _accounts[account.Account] = after;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "How accounts stand could not be seen, or not be recorded.")]
    private partial void LogUnseen(Exception exception);
}
