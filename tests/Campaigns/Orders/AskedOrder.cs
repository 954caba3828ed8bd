namespace AlgoStack.Campaigns.Orders;

/// <summary>An order that was asked for until it was answered.</summary>
/// <param name="Id">That it has to have.</param>
/// <param name="Side">buy or sell.</param>
/// <param name="Answer">The status of the answer: 201 where it was taken, 422 where it was denied.</param>
internal sealed record AskedOrder(string Id, string Instrument, string Side, decimal Quantity, int Answer);
