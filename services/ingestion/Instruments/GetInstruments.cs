using AlgoStack.Contracts.MarketData;

namespace AlgoStack.Ingestion.Instruments;

/// <summary><c>GET /instruments</c>: every instrument the tape knows, by name.</summary>
internal static class GetInstruments
{
    public static Task<IReadOnlyList<InstrumentTerms>> HandleAsync(InstrumentRegistry instruments, CancellationToken cancellationToken) =>
        instruments.ListAsync(cancellationToken);
}
