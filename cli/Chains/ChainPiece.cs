using AlgoStack.EventStore.Chain;

namespace AlgoStack.Cli.Chains;

/// <summary>What comes of a store that is verified: its findings one by one, and at its end the report.</summary>
internal readonly record struct ChainPiece(string Store, ChainFinding? Finding, ChainReport? Report);
