using System.Text.Json;
using System.Text.Json.Serialization;

namespace AlgoStack.Backtesting.Sweeps;

/// <summary>
/// A file of JSON lines that is only added to: first what the sweep is, then each outcome as it finishes. A sweep that was
/// interrupted goes on from it. A line reaches the system before the next combination counts as finished: the end of the
/// process loses none, a loss of power those of the last seconds.
/// </summary>
public sealed class SweepJournal : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private readonly FileStream _file;

    private SweepJournal(FileStream file, IReadOnlyList<SweepOutcome> finished)
    {
        _file = file;
        Finished = finished;
    }

    /// <summary>What it had when it was opened.</summary>
    public IReadOnlyList<SweepOutcome> Finished { get; }

    /// <summary>Goes on with a journal, or begins one. What is left of a line that was cut off is dropped.</summary>
    /// <param name="dataHash">See <see cref="DataHash"/>.</param>
    /// <exception cref="SweepJournalException">It is of other bars or another plan, or has a line that is none of a journal.</exception>
    /// <exception cref="IOException">It cannot be opened, as when another process has it.</exception>
    public static SweepJournal Open(string path, string dataHash, SweepPlan plan)
    {
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            var whole = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
            var head = new Head(dataHash, plan.Hash);
            var finished = Read(path, bytes.AsSpan(0, whole), head, plan);
            // A cut-off head is written anew, but nobody's file is.
            if (whole == 0 && !Line(head).AsSpan().StartsWith(bytes)) throw new SweepJournalException($"{path}: expected a sweep's journal, found another file.");

            file.SetLength(whole);
            if (whole == 0) Write(file, head);
            return new SweepJournal(file, finished);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Add(SweepOutcome outcome) => Write(_file, outcome);

    public void Dispose() => _file.Dispose();

    private static List<SweepOutcome> Read(string path, ReadOnlySpan<byte> lines, Head head, SweepPlan plan)
    {
        var finished = new List<SweepOutcome>();
        for (var number = 1; !lines.IsEmpty; number++)
        {
            var line = lines[..lines.IndexOf((byte)'\n')];
            lines = lines[(line.Length + 1)..];
            if (number == 1) ThrowUnlessSame(path, Parse<Head>(path, number, line), head);
            else finished.Add(OutcomeOf(path, number, line, plan));
        }

        return finished;
    }

    private static void ThrowUnlessSame(string path, Head found, Head expected)
    {
        if (found.Data != expected.Data)
            throw new SweepJournalException($"{path}: expected the journal of a sweep over data {Short(expected.Data)}, found one over {Short(found.Data)}.");
        if (found.Plan != expected.Plan)
            throw new SweepJournalException($"{path}: expected the journal of plan {Short(expected.Plan)}, found that of {Short(found.Plan)}.");
    }

    private static string Short(string? hash) => hash is { Length: > 12 } ? hash[..12] : $"'{hash}'";

    private static SweepOutcome OutcomeOf(string path, int number, ReadOnlySpan<byte> line, SweepPlan plan)
    {
        var outcome = Parse<SweepOutcome>(path, number, line);
        var combinations = plan.Combinations.Parameters;
        return outcome.Index >= 0 && outcome.Index < combinations.Count && combinations[outcome.Index] == outcome.Parameters
            ? outcome
            : throw new SweepJournalException($"{path}, line {number}: expected a combination of the plan, found {outcome.Index}, '{outcome.Parameters}'.");
    }

    private static T Parse<T>(string path, int number, ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(line, Json) ?? throw new JsonException("found null");
        }
        catch (JsonException e)
        {
            throw new SweepJournalException($"{path}, line {number}: expected a line of a sweep's journal, found {e.Message}", e);
        }
    }

    private static void Write<T>(FileStream file, T value)
    {
        file.Write(Line(value));
        file.Flush();
    }

    private static byte[] Line<T>(T value) => [.. JsonSerializer.SerializeToUtf8Bytes(value, Json), (byte)'\n'];

    private sealed record Head(string? Data, string? Plan);
}
