namespace AlgoStack.BarFiles;

/// <summary>A file that cannot be read, or not to its end. The message names the file, the line where there is one, and the reason.</summary>
public sealed class BarFileException(string code, string message, Exception? cause = null) : Exception(message, cause)
{
    public const string NotFound = "file_not_found";
    public const string Unreadable = "file_unreadable";
    public const string Empty = "file_empty";
    public const string Columns = "columns_missing";
    public const string BrokenGzip = "gzip_broken";
    public const string BrokenZip = "zip_broken";
    public const string NoTimeframe = "timeframe_unknown";
    public const string Changed = "file_changed";
    public const string NoRows = "no_usable_rows";
    public const string Damaged = "file_damaged";
    public const string Unwritable = "file_unwritable";
    public const string BadRow = "row_unusable";

    /// <summary>Stable, for problem details.</summary>
    public string Code { get; } = code;
}
