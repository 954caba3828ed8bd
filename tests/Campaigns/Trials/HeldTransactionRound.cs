using System.Diagnostics;
using System.Globalization;
using AlgoStack.Campaigns.Histories;
using AlgoStack.Campaigns.Processes;
using AlgoStack.Campaigns.Store;
using AlgoStack.EventStore.Projections;
using AlgoStack.EventStore.Streams;
using Npgsql;

namespace AlgoStack.Campaigns.Trials;

/// <summary>
/// A transaction that has drawn its numbers is held open while others commit behind them. No follower may pass it, and all
/// go on once it commits, or its server process is ended and it never does.
/// </summary>
internal static class HeldTransactionRound
{
    private const int Workers = 8;

    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(2);

    public static async Task<Verdict> RunAsync(int seed, int times)
    {
        var random = new Random(seed);
        await using var trial = await Trial.PrepareAsync();
        await trial.StartAsync(readers: 1, new WriterTask(Trial.Schema, "writer-0", seed, WriterLoad.Mixed, Workers));
        await using var store = await CampaignStore.StartAsync(trial.Direct, Trial.Schema, options => options.Inline<Hold>());
        var hold = store.Service<Hold>();
        for (var i = 0; i < times; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"held-{i}");
            var held = hold.Arm();
            var session = store.Log.OpenSession();
            session.Append("held", new Entry(name, 1, 1));
            var invoked = Stopwatch.GetTimestamp();
            var saving = session.SaveChangesAsync();
            var sequence = await held.Sequence;

            await trial.SomeSessionsAsync(100);
            await Task.Delay(random.NextDouble() * LongestHold);
            // What is told was past the mark; progress is behind that.
            if (trial.History.LastTold >= sequence) trial.Complain($"{name}: {trial.History.LastTold} was told while {sequence} was in flight");

            if (random.Next(3) > 0)
            {
                held.Release();
                await saving;
                trial.History.Saved.TryAdd(name, new Interval(invoked, Stopwatch.GetTimestamp()));
            }
            else
            {
                await EndServerProcessAsync(trial.Direct, held.ServerProcess);
                held.Release();
                await FailsAsync(saving);
                trial.History.Refused.TryAdd(name, new Interval(invoked, Stopwatch.GetTimestamp()));
            }

            await AlgoStack.Testing.Eventually.True(async () => await trial.BehindAsync(sequence) is null, what: $"followers pass {sequence} once it is settled");
        }

        return await trial.EndAsync();
    }

    private static async Task EndServerProcessAsync(string connectionString, int process)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("select pg_terminate_backend($1)", connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = process });
        await command.ExecuteNonQueryAsync();
    }

    private static async Task FailsAsync(Task saving)
    {
        try
        {
            await saving;
        }
        catch (NpgsqlException)
        {
            return;
        }

        throw new InvalidOperationException("A session was saved though its server process had been ended.");
    }

    /// <summary>Keeps a commit from going on after its events are written.</summary>
    private sealed class Hold : Projection
    {
        private Held _held = new();

        public override string Name => "Hold";

        public override IReadOnlyList<string> Tables => [];

        public Held Arm() => _held = new Held();

        public override Task ApplyAsync(
            IReadOnlyList<StoredEvent> events, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
            _held.WaitAsync(events[0].Sequence, connection.ProcessID);
    }

    private sealed class Held
    {
        private readonly TaskCompletionSource<long> _sequence = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<long> Sequence => _sequence.Task;

        public int ServerProcess { get; private set; }

        public void Release() => _released.SetResult();

        public Task WaitAsync(long sequence, int serverProcess)
        {
            ServerProcess = serverProcess;
            _sequence.SetResult(sequence);
            return _released.Task;
        }
    }
}
