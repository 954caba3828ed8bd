using AlgoStack.BrokerRouting.Brokers;
using FluentAssertions;
using Xunit;

namespace AlgoStack.BrokerRouting.Tests.Brokers;

public sealed class MeasuredBrokerTests
{
    [Fact]
    public void Everything_that_a_broker_can_do_is_passed_on_and_nothing_left_to_a_default() =>
        typeof(MeasuredBroker).GetInterfaceMap(typeof(IBroker)).TargetMethods.Should().OnlyContain(method => method.DeclaringType == typeof(MeasuredBroker));
}
