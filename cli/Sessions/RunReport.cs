using System.Globalization;
using AlgoStack.Contracts.Backtests;
using AlgoStack.Contracts.Portfolio;

namespace AlgoStack.Cli.Sessions;

/// <summary>What a session came to, as <c>--once</c> prints it and <c>--json</c> shapes it.</summary>
internal sealed record RunReport(
    string SessionId,
    string Source,
    string State,
    long BarsRead,
    long BarsAccepted,
    long Duplicates,
    IReadOnlyDictionary<string, long> Quarantined,
    long Signals,
    long Orders,
    long Denied,
    long Fills,
    long AlertsDelivered,
    IReadOnlyList<BalanceView> Balances,
    double? BarsPerSecond,
    DateTimeOffset? FirstFillAt,
    ParityReport? Parity,
    string? Error,
    int ExitCode,
    string? DataKind = null,
    long? RowsAdded = null)
{
    /// <summary>Prints what the session came to, and says which exit code that is.</summary>
    /// <param name="traded">False for an import, which has bars alone.</param>
    public static int Finish(Terminal terminal, SessionProgress progress, ParityReport? parity, bool traded = true)
    {
        var session = progress.Session;
        var (exitCode, reason) =
            session.BarsAccepted == 0 ? (Cli.ExitCode.NothingUseful, session.Error ?? $"{session.Source}: none of {session.BarsRead} rows could be used.")
            : session.State == "failed" ? (Cli.ExitCode.Failed, session.Error ?? $"{session.SessionId} failed.")
            : parity is not null && ParityLine.Reason(parity) is { } difference ? (Cli.ExitCode.NoParity, difference)
            : (Cli.ExitCode.Ok, null);
        var report = Of(progress, parity, exitCode);
        report.Print(terminal, traded);
        terminal.Result(report);
        if (reason is not null) terminal.Error.WriteLine($"algo: {reason}");
        return exitCode;
    }

    private static RunReport Of(SessionProgress progress, ParityReport? parity, int exitCode)
    {
        var session = progress.Session;
        return new RunReport(
            session.SessionId,
            session.Source,
            session.State,
            session.BarsRead,
            session.BarsAccepted,
            session.Duplicates,
            session.Quarantined,
            progress.Routing?.Signals ?? 0,
            progress.Routing?.Intents ?? 0,
            progress.Routing?.Denied ?? 0,
            progress.Routing?.Fills ?? 0,
            progress.Alerting?.Delivered ?? 0,
            progress.Routing?.Balances ?? [],
            Speed(progress),
            progress.Routing?.FirstFillAt,
            parity,
            session.Error,
            exitCode,
            session.DataKind,
            session.RowsAdded);
    }

    private void Print(Terminal terminal, bool traded)
    {
        terminal.Line($"session            {SessionId}");
        var rows = DataKind is null or "bars" ? "bars" : "rows";
        terminal.Line($"{rows} read          {Number(BarsRead)}");
        terminal.Line($"{rows} accepted      {Number(BarsAccepted)}{(Duplicates > 0 ? $" ({Number(Duplicates)} exact duplicates dropped)" : "")}");
        terminal.Line($"{rows} quarantined   {Number(Quarantined.Values.Sum())}{Reasons()}");
        if (RowsAdded is { } added) terminal.Line($"new on the tape    {Number(added)}");
        if (!traded) return;

        terminal.Line($"signals            {Number(Signals)}");
        terminal.Line($"orders             {Number(Orders)}{(Denied > 0 ? $" ({Number(Denied)} denied)" : "")}");
        terminal.Line($"fills              {Number(Fills)}");
        terminal.Line($"alerts delivered   {Number(AlertsDelivered)}");
        terminal.Line($"final equity       {(Balances.Count > 0 ? string.Join(", ", Balances.Select(Money)) : "none")}");
        if (BarsPerSecond is { } speed) terminal.Line($"speed              {Number((long)speed)} bars/s, first bar read to last commit");
        if (Parity is { } parity) terminal.Line(ParityLine.Of(parity));
    }

    private static double? Speed(SessionProgress progress) =>
        progress.Session.FirstReadAt is { } first && progress.Routing?.LastCommitAt is { } last && last > first
            ? progress.Session.BarsRead / (last - first).TotalSeconds
            : null;

    private string Reasons() => Quarantined.Count == 0
        ? ""
        : $" ({string.Join(", ", Quarantined.OrderByDescending(q => q.Value).Select(q => $"{q.Key} {Number(q.Value)}"))})";

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Money(BalanceView balance) =>
        string.Create(CultureInfo.InvariantCulture, $"{balance.Equity:N2} {balance.Currency}");
}
