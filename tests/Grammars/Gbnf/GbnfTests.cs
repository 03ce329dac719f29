namespace Platform.Grammars.Tests.Gbnf;

public sealed class GbnfTests
{
    [Theory]
    [InlineData("root ::= \"a\" \"b\"", "ab", "a abc")]
    [InlineData("root ::= \"a\" | \"b\" | \"\"", "a b ", "ab c")]
    [InlineData("root ::= [a-c]+ [^x]", "ab aay", "a ax")]
    [InlineData("root ::= (\"a\" | \"b\"){2,3}", "ab bba", "a aaaa")]
    [InlineData("root ::= [0-9]{3}", "123", "12 1234")]
    [InlineData("root ::= \"a\"{2,}", "aa aaaaa", "a")]
    [InlineData("root ::= item? # a comment\nitem ::= \"x\" item |\n  \"y\"", "xxy y ", "x yy")]
    [InlineData("root ::= \"\\x41\\u00e9\\U0001F600\" [\\]\\-\\\\]", "Aé😀] Aé😀- Aé😀\\", "Aé😀x")]
    [InlineData("root ::= \"[\" (root (\",\" root)*)? \"]\"", "[] [[],[[]]]", "[ []] [,]")]
    [InlineData("root ::= .", "a é 😀", "ab")]
    [InlineData("root ::= [à-ÿ一-鿿😀-😏]", "é 中 😃", "a ァ 😐")]
    [InlineData("root ::= a b\na ::= \"x\"*\nb ::= \"x\" \"y\"", "xy xxxy", "y x")]
    public void A_grammar_matches_what_it_means_and_nothing_else(string grammar, string texts, string others)
    {
        var compiled = Grammar.Parse(grammar);
        Assert.All(texts.Split(' '), text => Assert.True(compiled.Matches(Utf8(text)), text));
        Assert.All(others.Split(' '), text => Assert.False(compiled.Matches(Utf8(text)), text));
    }

    [Theory]
    [InlineData("", "no rule 'root'")]
    [InlineData("start ::= \"a\"", "no rule 'root'")]
    [InlineData("root ::= item", "'item', which is not defined")]
    [InlineData("root ::= root \"a\" | \"a\"", "left-recursive")]
    [InlineData("root ::= a\na ::= b? c\nb ::= \"x\"\nc ::= a | \"z\"", "left-recursive")]
    [InlineData("root ::= \"a\" root", "allows no text that ends")]
    [InlineData("root ::= \"a", "does not end")]
    [InlineData("root ::= [a-", "does not end")]
    [InlineData("root ::= [z-a]", "upside down")]
    [InlineData("root ::= \"a\"{3,2}", "upside down")]
    [InlineData("root ::= \"a\"{}", "needs a number")]
    [InlineData("root ::= \"a\" )", "unexpected ')'")]
    [InlineData("root ::= (\"a\"", "expected ')'")]
    [InlineData("root ::= \"\\q\"", "unknown escape")]
    [InlineData("root = \"a\"", "expected '::='")]
    [InlineData("root ::= \"a\"\nroot ::= \"b\"", "defined twice")]
    [InlineData("root ::= <think>", "tokens by name")]
    [InlineData("root ::= \"\\uD800\"", "is no character")]
    public void What_can_not_be_used_is_refused_with_the_reason(string grammar, string reason) =>
        Assert.Contains(reason, Assert.Throws<GrammarException>(() => Grammar.Parse(grammar)).Message, StringComparison.Ordinal);

    [Fact]
    public void Groups_nested_without_end_are_refused() =>
        Assert.Contains("nested", Assert.Throws<GrammarException>(() => Grammar.Parse("root ::= " + new string('(', 100_000))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_long_chain_of_rules_compiles()
    {
        var rules = Enumerable.Range(0, 20_000).Select(i => $"r{i} ::= r{i + 1}");
        Assert.True(Grammar.Parse($"root ::= r0\n{string.Join('\n', rules)}\nr20000 ::= \"a\"").Matches("a"u8));
    }

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
