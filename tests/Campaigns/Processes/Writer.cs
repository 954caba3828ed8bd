using System.Diagnostics;
using AlgoStack.Campaigns.Histories;
using AlgoStack.Campaigns.Store;
using AlgoStack.EventStore.Streams;
using Npgsql;
using EventLog = AlgoStack.EventStore.Streams.EventLog;

namespace AlgoStack.Campaigns.Processes;

/// <summary>
/// Many sessions at a time that append, are refused and read, each reporting how it ended: <c>saved</c>, <c>refused</c>
/// (nothing of it may be there), or <c>unknown</c> when the connection broke.
/// </summary>
internal sealed class Writer(EventLog log, WriterTask task, Report report)
{
    public const string OneStream = "one";

    /// <summary>Sessions a worker saves before all move to fresh streams.</summary>
    private const int Epoch = 40;

    private const int Lists = 6;
    private const string Consumer = "campaign";

    private static readonly TimeSpan AfterTrouble = TimeSpan.FromMilliseconds(20);

    public Task RunAsync(CancellationToken stop) =>
        Task.WhenAll(Enumerable.Range(0, task.Workers).Select(worker => Task.Run(() => WorkAsync(worker, stop), CancellationToken.None)));

    private async Task WorkAsync(int worker, CancellationToken stop)
    {
        var random = new Random(Seeds.Of(task.Seed, task.Name, worker));
        for (var i = task.Start; (task.Sessions is null || i - task.Start < task.Sessions) && !stop.IsCancellationRequested; i++)
        {
            var name = $"{task.Name}.{worker}.{i}";
            switch (task.Load)
            {
                case WriterLoad.AnyVersion:
                    await SaveAsync(name, session => Append(session, name, [OneStream], 1), Outcome.Saved);
                    break;
                case WriterLoad.ExpectedVersion:
                    await InsistAsync(name);
                    break;
                default:
                    await AnythingAsync(name, i, random);
                    break;
            }
        }
    }

    /// <summary>Appends at the version that it finds, again and again until nobody comes in between.</summary>
    private async Task InsistAsync(string name)
    {
        var outcome = Outcome.Refused;
        for (var attempt = 0; outcome == Outcome.Refused; attempt++)
        {
            var session = log.OpenSession();
            var version = (await session.FetchStreamStateAsync(OneStream))?.Version ?? 0;
            session.Append(OneStream, version, [new Entry($"{name}.{attempt}", 1, 1, version)]);
            outcome = await SaveAsync($"{name}.{attempt}", session, Outcome.Saved, Outcome.Refused);
        }
    }

    private async Task AnythingAsync(string name, int i, Random random)
    {
        var epoch = i / Epoch;
        string List() => $"list-{epoch}-{random.Next(Lists)}";
        switch (random.Next(100))
        {
            case < 35:
                var streams = Enumerable.Range(0, random.Next(1, 4)).Select(_ => List()).Distinct(StringComparer.Ordinal).ToArray();
                var each = random.Next(1, 4);
                await SaveAsync(name, session => Append(session, name, streams, each), Outcome.Saved);
                break;
            case < 50:
                await FetchAndAppendAsync(name, $"hot-{epoch}");
                break;
            case < 55:
                var started = $"started-{epoch}-{random.Next(Lists)}";
                await SaveAsync(name, session => session.StartStream(started, new Entry(name, 1, 1, After: 0)), Outcome.Saved, Outcome.Refused);
                break;
            case < 70:
                await ReceiveAsync(name, Math.Max(0, (i / 5) - random.Next(20)), List());
                break;
            case < 75:
                await SaveAsync(name, session => AppendElsewhere(session, name, List()), Outcome.Refused);
                break;
            case < 80:
                await SaveAsync(name, session => AppendAndFailAtCommit(session, name, List()), Outcome.Refused);
                break;
            default:
                await ReadAsync(List());
                break;
        }
    }

    private static void Append(EventSession session, string name, string[] streams, int each)
    {
        var parts = streams.Length * each;
        for (var part = 0; part < parts; part++) session.Append(streams[part % streams.Length], new Entry(name, part + 1, parts));
    }

    /// <summary>One stream of the session is not where it is expected, so neither gets anything.</summary>
    private static void AppendElsewhere(EventSession session, string name, string list)
    {
        session.Append(list, new Entry(name, 1, 2));
        session.Append("nowhere", 7, [new Entry(name, 2, 2)]);
    }

    /// <summary>Rolled back after its numbers were drawn, which leaves a gap in the log.</summary>
    private void AppendAndFailAtCommit(EventSession session, string name, string list)
    {
        session.Append(list, new Entry(name, 1, 1));
        if (task.Inline) session.Append(list, new Refused(name));
        else session.Execute("insert into refusals (id) values ($1), ($1)", new NpgsqlParameter<long> { TypedValue = Random.Shared.NextInt64() });
    }

    private async Task<Outcome> FetchAndAppendAsync(string name, string stream)
    {
        var session = log.OpenSession();
        try
        {
            var invoked = Stopwatch.GetTimestamp();
            var list = await session.FetchForWriting<Tally>(stream);
            if (list.Aggregate.Entries != list.Version) report.Complain($"{stream}: fetched version {list.Version} with {list.Aggregate.Entries} entries");
            if (list.Version > 0) report.Write($"fetched {stream} {invoked} {Stopwatch.GetTimestamp()} {list.Version} {list.Aggregate.Last}");
            list.Append([new Entry(name, 1, 1, list.Version)]);
        }
        catch (Exception e) when (IsOutage(e))
        {
            await Task.Delay(AfterTrouble);
            return Outcome.Unknown;
        }

        return await SaveAsync(name, session, Outcome.Saved, Outcome.Refused);
    }

    /// <summary>Takes a message that others are given too, again and again; its effect is a row and an event.</summary>
    private async Task ReceiveAsync(string name, int message, string stream)
    {
        var session = log.OpenSession();
        try
        {
            if (!await session.TryReceiveAsync(Messages.IdOf(message), Consumer)) return;
        }
        catch (Exception e) when (IsOutage(e))
        {
            await Task.Delay(AfterTrouble);
            return;
        }

        session.Append(stream, new Entry(name, 1, 1, Message: message));
        if (message % 2 == 0) session.Execute("insert into effects (message) values ($1)", new NpgsqlParameter<int> { TypedValue = message });
        else session.Enlist((connection, _, token) => CopyEffectAsync(connection, message, token));
        await SaveAsync(name, session, Outcome.Saved, Outcome.Refused);
    }

    private static async Task CopyEffectAsync(NpgsqlConnection connection, int message, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync("copy effects (message) from stdin (format binary)", cancellationToken);
        await copy.StartRowAsync(cancellationToken);
        await copy.WriteAsync(message, cancellationToken);
        await copy.CompleteAsync(cancellationToken);
    }

    private async Task ReadAsync(string stream)
    {
        try
        {
            var invoked = Stopwatch.GetTimestamp();
            var events = await log.OpenSession().FetchStreamAsync(stream);
            var completed = Stopwatch.GetTimestamp();
            if (events.Where((e, i) => e.Version != i + 1).Any()) report.Complain($"{stream}: a read found versions that are not 1 to {events.Count}");
            var hash = events.Aggregate(ListHash.Empty, (h, e) => h.With(((Entry)e.Data).Session));
            report.Write($"read {stream} {invoked} {completed} {events.Count} {hash}");
        }
        catch (Exception e) when (IsOutage(e))
        {
            await Task.Delay(AfterTrouble);
        }
    }

    private Task<Outcome> SaveAsync(string name, Action<EventSession> fill, params Outcome[] expected)
    {
        var session = log.OpenSession();
        fill(session);
        return SaveAsync(name, session, expected);
    }

    private async Task<Outcome> SaveAsync(string name, EventSession session, params Outcome[] expected)
    {
        var invoked = Stopwatch.GetTimestamp();
        var outcome = await TrySaveAsync(name, session);
        report.Write($"{Word(outcome)} {name} {invoked} {Stopwatch.GetTimestamp()}");
        if (outcome == Outcome.Unknown) await Task.Delay(AfterTrouble);
        else if (!expected.Contains(outcome)) report.Complain($"session {name} was {Word(outcome)}, expected {string.Join(" or ", expected.Select(Word))}");
        return outcome;
    }

    private async Task<Outcome> TrySaveAsync(string name, EventSession session)
    {
        try
        {
            await session.SaveChangesAsync();
            return Outcome.Saved;
        }
        catch (ConcurrencyException e)
        {
            if (e.Found == e.Expected) report.Complain($"session {name} was refused for nothing: {e.Message}");
            return Outcome.Refused;
        }
        catch (Exception e) when (e is RefusedException or PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "refusals_id_key" })
        {
            return Outcome.Refused;
        }
        catch (Exception e) when (IsOutage(e))
        {
            return Outcome.Unknown;
        }
#pragma warning disable CA1031 // Whatever else it is, the campaign is to hear of it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            report.Complain($"session {name} failed: {e}");
            return Outcome.Unknown;
        }
    }

    private static bool IsOutage(Exception e) => e switch
    {
        PostgresException p => p.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
            || p.SqlState.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException or IOException or ObjectDisposedException => true,
        _ => false,
    };

    private static string Word(Outcome outcome) => outcome switch
    {
        Outcome.Saved => "saved",
        Outcome.Refused => "refused",
        _ => "unknown",
    };

    private enum Outcome
    {
        Saved,
        Refused,
        Unknown,
    }
}
