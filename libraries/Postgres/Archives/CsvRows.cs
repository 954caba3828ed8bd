namespace AlgoStack.Postgres.Archives;

/// <summary>Cuts CSV, as PostgreSQL writes it, into rows: whole, as bytes, the line's end included.</summary>
internal sealed class CsvRows(Stream source)
{
    private byte[] _buffer = new byte[128 * 1024];
    private int _start;
    private int _end;
    private int _length;

    /// <summary>Valid until the next is read.</summary>
    public ReadOnlySpan<byte> Row => _buffer.AsSpan(_start, _length);

    /// <exception cref="EndOfStreamException">The last row has no end.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        _start += _length;
        _length = 0;
        var quoted = false;
        for (var scanned = 0; ;)
        {
            if (TryFindEnd(ref scanned, ref quoted)) return true;
            if (await FillAsync(cancellationToken)) continue;
            return scanned == 0 ? false : throw new EndOfStreamException("The last row has no end.");
        }
    }

    // A quote inside a quoted field is doubled, so that counting them tells where a field's own line ends are.
    private bool TryFindEnd(ref int scanned, ref bool quoted)
    {
        var rest = _buffer.AsSpan(_start + scanned, _end - _start - scanned);
        while (true)
        {
            var at = quoted ? rest.IndexOf((byte)'"') : rest.IndexOfAny((byte)'"', (byte)'\n');
            if (at < 0)
            {
                scanned = _end - _start;
                return false;
            }

            if (rest[at] == '\n')
            {
                _length = _end - _start - rest.Length + at + 1;
                return true;
            }

            quoted = !quoted;
            rest = rest[(at + 1)..];
        }
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
        var read = await source.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += read;
        return read > 0;
    }
}
