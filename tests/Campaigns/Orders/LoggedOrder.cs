namespace AlgoStack.Campaigns.Orders;

/// <summary>What an order's stream comes to, by a plain reading of its JSON.</summary>
internal sealed class LoggedOrder
{
    private static readonly HashSet<string> Over = new(StringComparer.Ordinal) { "Denied", "Rejected", "Canceled", "Expired" };

    private readonly HashSet<string> _earlier = new(StringComparer.Ordinal);
    private string? _venueOrderId;

    public LoggedOrder(IEnumerable<LoggedEvent> stream)
    {
        foreach (var e in stream) Take(e);
    }

    public string Id { get; private set; } = "";

    public string Instrument { get; private set; } = "";

    /// <summary>buy or sell.</summary>
    public string Side { get; private set; } = "";

    /// <summary>As it was wanted.</summary>
    public decimal Wanted { get; private set; }

    /// <summary>As it was changed since.</summary>
    public decimal Quantity { get; private set; }

    /// <summary>What another order is to open once this one has closed a position; null where there is none.</summary>
    public decimal? ThenOpen { get; private set; }

    /// <summary>The last word on it, but that what is over stays so.</summary>
    public string Status { get; private set; } = "Requested";

    /// <summary>As a venue would call it: whatever was said before, what has traded whole is filled.</summary>
    public string VenueStatus => Filled >= Quantity && Filled > 0 ? "filled" : Over.Contains(Status) ? Status.ToLowerInvariant() : "open";

    public decimal Filled => Fills.Sum(f => f.Quantity);

    public decimal Value => Fills.Sum(f => f.Quantity * f.Price);

    public List<(string TradeId, decimal Quantity, decimal Price)> Fills { get; } = [];

    /// <summary>The ids under which it may be at the venue, each with the event that said so first.</summary>
    public Dictionary<string, LoggedEvent> ClientIds { get; } = new(StringComparer.Ordinal);

    private void Take(LoggedEvent e)
    {
        switch (e.Type)
        {
            case "order_requested":
                var intent = e with { Data = e.Data.GetProperty("Intent") };
                Id = intent.Text("OrderId");
                Instrument = intent.Text("Instrument");
                Side = intent.Text("Side").ToLowerInvariant();
                Wanted = Quantity = intent.Number("Quantity");
                break;
            case "order_approved":
                Become("Approved");
                break;
            case "order_denied":
                Become("Denied");
                break;
            case "order_resized":
                Quantity = e.Number("Quantity");
                ThenOpen = e.OptionalNumber("ThenOpen");
                break;
            case "order_submitted":
                Become("Submitted");
                ClientIds.TryAdd(e.OptionalText("VenueClientId") ?? Id, e);
                break;
            case "order_became_unknown":
                Become("Unknown");
                break;
            case "order_reconciled":
                Become(e.Data.GetProperty("IsAtVenue").GetBoolean() ? Working() : "Approved");
                break;
            case "order_accepted":
                _venueOrderId = e.Text("VenueOrderId");
                Become(Working());
                break;
            case "order_rejected":
                Become("Rejected");
                break;
            case "order_filled":
                Fills.Add((e.Text("TradeId"), e.Number("Quantity"), e.Number("Price")));
                // What it traded late, before it was changed, is no less left of what took its place.
                if (e.OptionalText("VenueOrderId") is { } id && _earlier.Contains(id)) Quantity += e.Number("Quantity");
                Become(Working());
                break;
            case "order_replace_requested":
                ClientIds.TryAdd(e.Text("VenueClientId"), e);
                break;
            case "order_replaced":
                if (_venueOrderId is not null) _earlier.Add(_venueOrderId);
                _venueOrderId = e.Text("VenueOrderId");
                Quantity = e.Number("Quantity");
                break;
            case "order_canceled":
                Become("Canceled");
                break;
            case "order_expired":
                Become("Expired");
                break;
        }
    }

    private string Working() => Filled >= Quantity ? "Filled" : Filled > 0 ? "PartiallyFilled" : "Accepted";

    private void Become(string status)
    {
        if (!Over.Contains(Status)) Status = status;
    }
}
