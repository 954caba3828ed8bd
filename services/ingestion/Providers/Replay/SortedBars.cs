using System.Runtime.InteropServices;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Ingestion.Providers.Replay;

/// <summary>A bar and the number of its instrument.</summary>
internal readonly record struct InstrumentBar(int Instrument, Bar Bar);

/// <summary>
/// Puts the rows of a file in order of (close, instrument id). Up to <see cref="RowsInMemory"/> are sorted in memory;
/// more are sorted in runs of that many, written to temporary files, and merged while they are read.
/// </summary>
internal sealed class SortedBars(int rowsInMemory = SortedBars.RowsInMemory) : IDisposable
{
    /// <summary>48 MB of rows.</summary>
    public const int RowsInMemory = 1_000_000;

    private const int ReadBytes = 1 << 16;

    private readonly List<InstrumentBar> _rows = [];
    private readonly List<string> _names = [];
    private readonly List<FileStream> _runs = [];

    public long Count { get; private set; }

    /// <summary>Names the instrument that gets the next number.</summary>
    public void AddInstrument(string name) => _names.Add(name);

    public void Add(int instrument, in Bar bar)
    {
        if (_rows.Count == rowsInMemory) WriteRun();
        _rows.Add(new InstrumentBar(instrument, bar));
        Count++;
    }

    /// <summary>All rows in order. May be asked for again; not while it is being read.</summary>
    public IEnumerable<InstrumentBar> Read()
    {
        var ranks = Ranks();
        Sort(ranks);
        return _runs.Count == 0 ? _rows : Merge(ranks);
    }

    public void Dispose()
    {
        foreach (var run in _runs) run.Dispose();
    }

    // The place of each instrument number in the order of names. More instruments do not change the order of those before.
    private int[] Ranks()
    {
        var order = Enumerable.Range(0, _names.Count).OrderBy(i => _names[i], StringComparer.Ordinal).ToArray();
        var ranks = new int[order.Length];
        for (var rank = 0; rank < order.Length; rank++) ranks[order[rank]] = rank;
        return ranks;
    }

    private void Sort(int[] ranks) => CollectionsMarshal.AsSpan(_rows).Sort(new ByCloseThenInstrument(ranks));

    private void WriteRun()
    {
        Sort(Ranks());
        // Unlinked by the system with its last handle, so that a killed process leaves nothing behind.
        var path = Path.Combine(Path.GetTempPath(), $"algostack-replay-{Path.GetRandomFileName()}");
        var run = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.DeleteOnClose | FileOptions.SequentialScan,
        });
        _runs.Add(run);
        if (!OperatingSystem.IsWindows()) File.Delete(path);
        run.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_rows)));
        _rows.Clear();
    }

    private IEnumerable<InstrumentBar> Merge(int[] ranks)
    {
        var heads = new PriorityQueue<IEnumerator<InstrumentBar>, (long, int)>();
        foreach (var run in _runs.Select(ReadRun).Append(_rows))
        {
            Advance(run.GetEnumerator());
        }

        while (heads.TryDequeue(out var next, out _))
        {
            yield return next.Current;
            Advance(next);
        }

        void Advance(IEnumerator<InstrumentBar> rows)
        {
            if (rows.MoveNext()) heads.Enqueue(rows, (rows.Current.Bar.CloseMs, ranks[rows.Current.Instrument]));
            else rows.Dispose();
        }
    }

    private static IEnumerable<InstrumentBar> ReadRun(FileStream run)
    {
        var size = Marshal.SizeOf<InstrumentBar>();
        var buffer = new byte[ReadBytes / size * size];
        for (var position = 0L; ; position += buffer.Length)
        {
            var read = RandomAccess.Read(run.SafeFileHandle, buffer, position);
            while (read > 0 && read % size != 0)
            {
                read += RandomAccess.Read(run.SafeFileHandle, buffer.AsSpan(read), position + read);
            }

            for (var at = 0; at < read; at += size) yield return MemoryMarshal.Read<InstrumentBar>(buffer.AsSpan(at));
            if (read < buffer.Length) yield break;
        }
    }

    private readonly struct ByCloseThenInstrument(int[] ranks) : IComparer<InstrumentBar>
    {
        public int Compare(InstrumentBar x, InstrumentBar y)
        {
            var byClose = x.Bar.CloseMs.CompareTo(y.Bar.CloseMs);
            return byClose != 0 ? byClose : ranks[x.Instrument].CompareTo(ranks[y.Instrument]);
        }
    }
}
