using System.Text;
using FluentAssertions;
using Xunit;

namespace AlgoStack.BarFiles.Tests;

public sealed class Crc32Tests
{
    [Theory]
    [InlineData("", 0x0000_0000)]
    [InlineData("123456789", 0xCBF4_3926)] // the check value of the catalogue of CRCs
    [InlineData("The quick brown fox jumps over the lazy dog", 0x414F_A339)]
    public void The_checksum_is_that_of_zips(string text, uint checksum)
    {
        var whole = new Crc32();
        whole.Add(Encoding.ASCII.GetBytes(text));
        var pieces = new Crc32();
        foreach (var c in text) pieces.Add([(byte)c]);

        whole.Value.Should().Be(checksum);
        pieces.Value.Should().Be(checksum);
    }
}
