namespace AlgoStack.Contracts.Portfolio;

/// <summary>Tell of a split or a dividend: <c>POST /corporate-actions</c>. Every account at a venue books it once, at its ex-date.</summary>
/// <param name="Instrument">As the accounts' venue lists it: <c>AAPL.ALPACA</c>.</param>
/// <param name="Kind"><c>split</c> or <c>dividend</c>.</param>
/// <param name="ExAt">Begin of the ex-date where the shares are traded: who holds them until then has a part in it.</param>
/// <param name="New">Of a split: so many new shares for <paramref name="Old"/> ones, which are 1 where it is not said.</param>
/// <param name="Amount">Of a dividend: money for each share, in the currency that it is quoted in.</param>
public sealed record TellCorporateAction(
    string Instrument, string Kind, DateTimeOffset ExAt, decimal? New = null, decimal? Old = null, decimal? Amount = null);

/// <summary>What came of a split or a dividend in each account at a venue.</summary>
/// <param name="ActionId">A function of instrument, kind and ex-date.</param>
public sealed record CorporateActionView(string ActionId, IReadOnlyList<CorporateActionInAccount> Accounts);

/// <param name="State">
/// <c>Waiting</c> for the ex-date, or for the account to be proven; <c>Booked</c>; <c>Paid</c>, where something was due; <c>Dropped</c>,
/// where what was held is not known any more.
/// </param>
/// <param name="Quantity">What was held, signed; 0 where nothing was.</param>
/// <param name="Due">What the venue pays for it, or below zero takes.</param>
public sealed record CorporateActionInAccount(string Account, string State, decimal Quantity, decimal Due, string? Reason);

/// <summary>A split or a dividend that accounts were told of: <c>GET /corporate-actions</c>.</summary>
/// <param name="ActionId">A function of instrument, kind and ex-date.</param>
/// <param name="Kind"><c>split</c> or <c>dividend</c>.</param>
/// <param name="ExAt">Begin of the ex-date where the shares are traded.</param>
/// <param name="New">Of a split: so many new shares for <paramref name="Old"/> ones. Null of a dividend.</param>
/// <param name="Amount">Of a dividend: money for each share. Null of a split.</param>
public sealed record CorporateActionTerms(
    string ActionId, string Instrument, string Kind, DateTimeOffset ExAt, decimal? New, decimal? Old, decimal? Amount);
