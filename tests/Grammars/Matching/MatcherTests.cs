using System.Text;

namespace Platform.Grammars.Tests.Matching;

public sealed class MatcherTests
{
    private const string Json = """
        root   ::= object
        value  ::= object | array | string | number | ("true" | "false" | "null") ws
        object ::=
          "{" ws (
                    string ":" ws value
            ("," ws string ":" ws value)*
          )? "}" ws
        array  ::=
          "[" ws (
                    value
            ("," ws value)*
          )? "]" ws
        string ::=
          "\"" (
            [^"\\\x7F\x00-\x1F] |
            "\\" (["\\bfnrt] | "u" [0-9a-fA-F]{4})
          )* "\"" ws
        number ::= ("-"? ([0-9] | [1-9] [0-9]{0,15})) ("." [0-9]+)? ([eE] [-+]? [0-9] [1-9]{0,15})? ws
        ws ::= | " " | "\n" [ \t]{0,20}
        """;

    [Theory]
    [InlineData("""{"a": [1, -2.5e3, "x\n\"é😀", {"b": null}], "c": true}""", true)]
    [InlineData("""{"a": [1, 2}""", false)]
    [InlineData("""{"a" 1}""", false)]
    [InlineData("{\"a\": \"b\nc\"}", false)]
    public void Json_is_followed(string text, bool matches) => Assert.Equal(matches, Grammar.Parse(Json).Matches(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_large_count_is_exact()
    {
        var grammar = Grammar.Parse("root ::= \"<\" [a-zé]{900,1000} \">\"");
        Assert.True(grammar.Matches(Text(900)));
        Assert.True(grammar.Matches(Text(1000)));
        Assert.False(grammar.Matches(Text(899)));
        Assert.False(grammar.Matches(Text(1001)));
        static byte[] Text(int length) => Encoding.UTF8.GetBytes($"<{string.Concat(Enumerable.Repeat("aé", length / 2))}{(length % 2 == 1 ? "b" : "")}>");
    }

    [Fact]
    public void Counts_within_counts_are_exact()
    {
        var grammar = Grammar.Parse("root ::= ((\"a\" \"b\"?){300,301} \";\"){2}");
        var (right, wrong) = (string.Concat(Enumerable.Repeat("ab", 300)) + ";", string.Concat(Enumerable.Repeat("a", 299)) + ";");
        Assert.True(grammar.Matches(Encoding.UTF8.GetBytes(right + right)));
        Assert.False(grammar.Matches(Encoding.UTF8.GetBytes(right + wrong)));
        Assert.False(grammar.Matches(Encoding.UTF8.GetBytes(right + right + right)));
    }

    [Fact]
    public void A_text_with_very_many_readings_is_followed()
    {
        var grammar = Grammar.Parse("root ::= s\ns ::= \"a\" s \"b\" | \"a\" s \"c\" | \"a\" s s | \"\"");
        Assert.True(grammar.Matches(Encoding.UTF8.GetBytes(new string('a', 30) + string.Concat(Enumerable.Repeat("bc", 15)))));
    }

    [Fact]
    public void Too_many_readings_are_refused_in_bounded_time()
    {
        var grammar = Grammar.Parse("root ::= ((\"a\"{0,900}){1,900} \"b\"?){1,900}".Replace("{0,900}", "{1,900}", StringComparison.Ordinal));
        Assert.Throws<GrammarException>(() => grammar.Matches(Encoding.UTF8.GetBytes(new string('a', 2000))));
    }

    [Fact]
    public void A_right_recursive_rule_takes_no_more_room_the_longer_it_gets()
    {
        var matcher = new GrammarMatcher(Grammar.Parse("root ::= \"x\" root | \"y\""));
        var state = matcher.Follow(matcher.Start, "x"u8);
        Assert.Same(state, matcher.Follow(state, "xxxxxxxx"u8));
    }

    [Fact]
    public void The_state_tells_what_may_follow()
    {
        var matcher = new GrammarMatcher(Grammar.Parse("root ::= \"ab\" \"c\"?"));
        Assert.False(matcher.Start.CanEnd);
        Assert.True(matcher.Follow(matcher.Start, "ab"u8) is { CanEnd: true, CanContinue: true });
        Assert.True(matcher.Follow(matcher.Start, "abc"u8) is { CanEnd: true, CanContinue: false });
        Assert.True(matcher.Follow(matcher.Start, "b"u8).IsDead);
    }
}
