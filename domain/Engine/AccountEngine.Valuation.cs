using AlgoStack.Trading.Accounts;
using AlgoStack.Trading.Portfolios;
using AlgoStack.Trading.Venues;

namespace AlgoStack.Engine;

/// <content>
/// What the account is worth: an event with everything that moves money or units, and one a minute while the price of something
/// that is held changes. A position that the market has told no price of yet is worth what was last traded at.
/// </content>
public sealed partial class AccountEngine
{
    private Dictionary<string, decimal> _valuedAt = new(StringComparer.Ordinal);
    private DateTimeOffset? _nextValuationAt;
    private bool _hasMoved;

    /// <summary>Values the account where that is due. To be called before every commit.</summary>
    public void Value(DateTimeOffset now)
    {
        if (!IsOpened || !(_hasMoved || _nextValuationAt <= now)) return;

        var held = _listings.Values.Where(l => _portfolio.Position(l.Index).Quantity != 0);
        var prices = held.ToDictionary(l => l.Instrument.Id.Value, l => _portfolio.LastPrice(l.Index), StringComparer.Ordinal);
        var isAsBefore = !_hasMoved && prices.All(p => _valuedAt.TryGetValue(p.Key, out var before) && before == p.Value);
        (_hasMoved, _valuedAt) = (false, prices);
        _nextValuationAt = prices.Count == 0 ? null : now + _terms.ValueEvery;
        if (!isAsBefore) Events.Add(new AccountValued(_terms.Account, [.. _portfolio.Balances().Where(IsValued)], prices, now));
    }

    /// <summary>At a venue whose positions are balances, a coin that nothing is bought with is no money.</summary>
    private bool IsValued(Balance balance) =>
        _terms.Capabilities.Positions == PositionKind.Listed || _listings.Values.Any(l => l.Instrument.Currency == balance.Currency);

    private void Restore(AccountValued valued)
    {
        foreach (var balance in valued.Balances) _portfolio.Restore(balance);
        foreach (var listing in _listings.Values)
        {
            if (valued.Prices.TryGetValue(listing.Instrument.Id.Value, out var price)) MarkFirst(listing, price, valued.At);
        }

        _valuedAt = new Dictionary<string, decimal>(valued.Prices, StringComparer.Ordinal);
        _nextValuationAt = valued.Prices.Count == 0 ? null : valued.At + _terms.ValueEvery;
    }

    /// <summary>Takes what something was worth once, while the market has not said what it is worth.</summary>
    private void MarkFirst(Listing listing, decimal price, DateTimeOffset at)
    {
        if (listing.PricedAt is not null || at < listing.MarkedAt) return;

        listing.MarkedAt = at;
        _portfolio.Mark(listing.Index, (double)price);
    }
}
