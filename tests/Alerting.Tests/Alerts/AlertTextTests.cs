using System.Globalization;
using System.Text;
using AlgoStack.Alerting.Alerts;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Alerting.Tests.Alerts;

public sealed class AlertTextTests
{
    [Theory]
    [InlineData("Kill switch\r\nBcc: everybody@example.test", "Kill switch  Bcc: everybody@example.test")]
    [InlineData("a\0b\u0007c\u2028d", "a b c d")]
    [InlineData("  spaced  ", "spaced")]
    public void A_title_is_one_line_without_control_characters(string text, string title) =>
        AlertText.Title(text).Should().Be(title);

    [Fact]
    public void A_text_keeps_its_lines_and_nothing_else_of_the_kind() =>
        AlertText.Body("first\r\nsecond\n\0third\t").Should().Be("first\nsecond\n third");

    [Fact]
    public void Half_of_a_surrogate_pair_becomes_the_replacement_character() =>
        AlertText.Title("a\ud83db").Should().Be("a\ufffdb");

    [Fact]
    public void A_huge_text_is_cut_and_says_so()
    {
        var text = AlertText.Body(new string('x', 10_000_000));

        text.Should().HaveLength(AlertText.LongestText).And.EndWith("…");
    }

    [Theory]
    [InlineData("👩‍👩‍👧")]
    [InlineData("e\u0301")]
    [InlineData("🇨🇭")]
    public void A_character_is_never_cut_in_two(string character)
    {
        var cut = AlertText.Cut(string.Concat(Enumerable.Repeat(character, 50)), 40);

        cut.Length.Should().BeLessThanOrEqualTo(40);
        cut.Should().EndWith("…");
        StringInfo.ParseCombiningCharacters(cut[..^1]).Should().HaveCount((cut.Length - 1) / character.Length);
        cut[..^1].Replace(character, string.Empty, StringComparison.Ordinal).Should().BeEmpty();
        Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(cut)).Should().Be(cut);
    }

    [Fact]
    public void What_fits_is_left_as_it_is() => AlertText.Cut("fits", 4).Should().Be("fits");
}
