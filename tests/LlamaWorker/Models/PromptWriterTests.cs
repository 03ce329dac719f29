using System.Text;
using Platform.Inference.Bigram;
using Platform.LlamaWorker.Models;
using Platform.Templates;

namespace Platform.LlamaWorker.Tests.Models;

public sealed class PromptWriterTests : IDisposable
{
    private readonly BigramModel _engine = new();

    [Theory]
    [InlineData("{{ bos_token }}{{ messages[0]['content'] }}")]
    [InlineData("{{ messages[0]['content'] }}")]
    public void A_prompt_begins_with_one_begin_token_whether_the_template_writes_it_or_not(string template)
    {
        var tokens = Writer(template).Tokens(new("""[{"role":"user","content":"hi"}]"""), default);
        Assert.Equal([_engine.Info.Bos, .. Tokens("hi")], tokens);
    }

    [Fact]
    public void What_the_template_refuses_is_told_in_its_own_words()
    {
        var writer = Writer("{{ raise_exception('Roles must alternate.') }}");
        Assert.Contains("Roles must alternate.", Assert.Throws<TemplateException>(() => writer.Tokens(new("[]"), default)).Message, StringComparison.Ordinal);
        Assert.Equal(0, writer.Overhead);
    }

    [Fact]
    public void The_overhead_is_what_the_template_adds_to_a_conversation_that_says_nothing() =>
        Assert.Equal(1 + Tokens("You are kind.").Length, Writer("You are kind.{% for m in messages %}{{ m['content'] }}{% endfor %}").Overhead);

    [Fact]
    public void Template_arguments_and_tools_reach_the_template()
    {
        var writer = Writer("{{ tools[0]['name'] }}{{ enable_thinking }}");
        Assert.Equal(Tokens("fTrue"), writer.Tokens(new("[]", """[{"name":"f"}]""", """{"enable_thinking":true}"""), default).Skip(1));
    }

    public void Dispose() => _engine.Dispose();

    private PromptWriter Writer(string template) => new(ChatTemplate.Parse(template), _engine);

    private int[] Tokens(string text)
    {
        var tokens = new int[text.Length];
        return tokens[.._engine.Tokenize(Encoding.UTF8.GetBytes(text), tokens, addSpecial: false, parseSpecial: false)];
    }
}
