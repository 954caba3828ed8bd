using System.Text;
using AlgoStack.Ingestion.Quality;
using AlgoStack.Ingestion.Tape.Kinds;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Ingestion.Providers.Replay;

/// <summary>
/// A CSV or CSV.gz of bars, row by row, in the file's order and memory bounded. A row that cannot be read is given with
/// its <see cref="Problem"/>; whether a readable one makes sense is the gate's business.
/// </summary>
internal sealed class BarFile : IDisposable
{
    private const int OpenField = FileColumns.FirstField, HighField = OpenField + 1, LowField = OpenField + 2, CloseField = OpenField + 3, VolumeField = OpenField + 4;

    private readonly DelimitedFile _file;
    private readonly SymbolTable _symbols = new();
    private readonly int _wholeFileSymbol = -1;

    private BarFile(DelimitedFile file)
    {
        _file = file;
        if (!file.Has(FileColumns.Subject)) _wholeFileSymbol = _symbols.Find(Encoding.UTF8.GetBytes(SymbolOf(file.Path)));
    }

    public string Path => _file.Path;

    /// <summary>Whether rows carry dates rather than times: true once the first readable row had none.</summary>
    public bool DatesOnly => _file.DatesOnly;

    /// <summary>Symbols in the order in which they appeared; <see cref="Symbol"/> points into it.</summary>
    public IReadOnlyList<string> Symbols => _symbols.Names;

    /// <summary>Line of the current row, from 1; the header is one.</summary>
    public long LineNumber => _file.LineNumber;

    public int Symbol { get; private set; }

    /// <summary>The current row; its time is as in the file: the bar's start, or midnight UTC of its date.</summary>
    public Bar Bar { get; private set; }

    /// <summary>A <see cref="GateReason"/> when the current row cannot be read, else null.</summary>
    public string? Problem => _file.Problem;

    public string? Detail => _file.Detail;

    /// <exception cref="BarFileException">Not there, empty, no gzip, or without the columns that bars need.</exception>
    public static BarFile Open(string path) => new(DelimitedFile.Open(path, Bars.Kind));

    /// <summary>The symbol of a file without a symbol column: its name up to the first dot, in upper case.</summary>
    public static string SymbolOf(string path)
    {
        var name = System.IO.Path.GetFileName(path);
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return (dot > 0 ? name[..dot] : name).ToUpperInvariant();
    }

    /// <summary>Moves to the next row; blank lines are passed over.</summary>
    /// <exception cref="BarFileException">The file cannot be read on.</exception>
    public bool Next()
    {
        if (!_file.Next()) return false;

        if (Problem is null) Parse();
        return true;
    }

    public void Dispose() => _file.Dispose();

    private void Parse()
    {
        if (!_file.TryTime(out var time)) return;

        Symbol = _wholeFileSymbol >= 0 ? _wholeFileSymbol : _symbols.Find(_file[FileColumns.Subject]);
        if (Symbol < 0)
        {
            _file.Refuse(GateReason.TooManySymbols, $"expected at most {SymbolTable.MostSymbols} symbols in a file");
            return;
        }

        if (_file.TryNumber(OpenField, out var open) && _file.TryNumber(HighField, out var high) && _file.TryNumber(LowField, out var low)
            && _file.TryNumber(CloseField, out var close) && _file.TryNumber(VolumeField, out var volume))
        {
            Bar = new Bar(BarFileNumbers.ToMs(time), open, high, low, close, volume);
        }
    }
}
