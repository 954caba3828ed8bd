namespace AlgoStack.Ingestion.Instruments;

/// <summary><c>GET /instruments</c>: every instrument the tape knows, by name.</summary>
internal static class GetInstruments
{
    public static async Task<IResult> HandleAsync(InstrumentRegistry instruments, CancellationToken cancellationToken) =>
        TypedResults.Ok(await instruments.ListAsync(cancellationToken));
}
