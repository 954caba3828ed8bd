using AlgoStack.Contracts.Signals;
using AlgoStack.Testing.Services;

namespace AlgoStack.Signal.Tests;

internal sealed class HearEvaluations(Heard<BarsEvaluated> heard) : Hear<BarsEvaluated>(heard);
