namespace AlgoStack.VenueSim.Faults;

/// <summary>What is wrong with the answer to a request.</summary>
internal enum AnswerFault
{
    None,
    DropBeforeAccepting,
    ErrorBeforeAccepting,
    AcceptThenDrop,
    AcceptThenError,
    Garbage,
}
