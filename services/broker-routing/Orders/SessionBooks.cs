using AlgoStack.BrokerRouting.Portfolios;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Signals;
using AlgoStack.EventStore.Streams;
using AlgoStack.ServiceDefaults.Clients;
using AlgoStack.Trading.Risk;

namespace AlgoStack.BrokerRouting.Orders;

/// <summary>
/// The books of the sessions at work. One that is not where the log says (after a restart, or a commit that failed) is
/// folded anew from the tape, the evaluations and the halts of its session, and must come to the orders it had.
/// </summary>
public sealed class SessionBooks(EventLog log, TapeClient tape, EvaluationClient evaluations)
{
    /// <summary>Sessions kept in memory; the one longest unused makes room, and is folded anew if it speaks again.</summary>
    private const int MostSessions = 16;

    private readonly Dictionary<string, SessionBook> _books = new(StringComparer.Ordinal);
    private readonly List<string> _byUse = [];

    /// <summary>The session's book, standing at batch <paramref name="last"/>.</summary>
    public async Task<SessionBook> AtAsync(string sessionId, int partition, long last, CancellationToken cancellationToken)
    {
        if (!_books.TryGetValue(sessionId, out var book) || book.LastSequence != last)
        {
            book?.Dispose();
            _books.Remove(sessionId);
            book = await FoldAsync(sessionId, partition, last, cancellationToken);
            _books[sessionId] = book;
        }

        _byUse.Remove(sessionId);
        _byUse.Add(sessionId);
        if (_byUse.Count > MostSessions)
        {
            if (_books.Remove(_byUse[0], out var oldest)) oldest.Dispose();
            _byUse.RemoveAt(0);
        }

        return book;
    }

    private async Task<SessionBook> FoldAsync(string sessionId, int partition, long last, CancellationToken cancellationToken)
    {
        var book = new SessionBook(sessionId);
        if (last == 0) return book;

        var account = await log.OpenSession().FetchStreamAsync(
            AccountMarked.StreamOf(SessionBook.AccountOf(sessionId)), cancellationToken: cancellationToken);
        var controls = account.Select(e => e.Data).OfType<TradingControlled>().ToLookup(c => c.AfterSequence);
        var instruments = await tape.GetInstrumentsAsync(cancellationToken);

        await using var blocks = tape.ReadBarsAsync(sessionId, 1, last, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await foreach (var evaluated in evaluations.ReadAsync(sessionId, partition, 1, last, cancellationToken))
        {
            if (!await blocks.MoveNextAsync()) break;

            foreach (var control in controls[book.LastSequence]) book.Control(Enum.Parse<TradingState>(control.State));
            Replay(book, blocks.Current, evaluated, instruments);
        }

        Verify(book, last, account.Select(e => e.Data).OfType<AccountMarked>().LastOrDefault());
        return book;
    }

    private static void Replay(
        SessionBook book, BarColumns bars, BarsEvaluated evaluated, IReadOnlyDictionary<string, InstrumentTerms> instruments)
    {
        InstrumentTerms[] terms = [.. bars.Instruments.Where(instruments.ContainsKey).Select(id => instruments[id])];
        book.Advance(bars, terms, evaluated);
        book.Trading.OrderEvents.Clear();
        book.Trading.PositionEvents.Clear();
    }

    /// <summary>Corrupt data is worse than none: a fold that wants other orders than were sent must not trade on.</summary>
    private static void Verify(SessionBook book, long last, AccountMarked? marked)
    {
        if (book.LastSequence != last)
        {
            throw new InvalidDataException($"{book.Trading.Account}: expected batches up to {last} to fold, found them up to {book.LastSequence}.");
        }

        if (marked is null || marked.Sequence != last || marked.OrderListHash != book.Trading.OrderListHash)
        {
            throw new InvalidDataException(
                $"{book.Trading.Account}: after batch {last} the log has the order list {marked?.OrderListHash ?? "none"}, " +
                $"and folding bars and signals again gives {book.Trading.OrderListHash}: the tape or the evaluations changed.");
        }
    }
}
