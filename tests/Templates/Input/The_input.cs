using System.Text.Json.Nodes;

namespace Platform.Templates.Tests.Input;

public class The_input
{
    private static readonly JsonNode NoMessages = new JsonArray();

    [Fact]
    public void Keys_keep_the_order_of_the_request() =>
        Assert.Equal("""{"z": 1, "a": {"y": [], "b": null}}""", Render.Template("{{ x|tojson }}", arguments: """{"x": {"z": 1, "a": {"y": [], "b": null}}}"""));

    [Theory]
    [InlineData("7", "7")]
    [InlineData("7.0", "7.0")]
    [InlineData("7e0", "7.0")]
    [InlineData("-0", "0")]
    [InlineData("9223372036854775807", "9223372036854775807")]
    [InlineData("18446744073709551616", "1.8446744073709552e+19")]
    [InlineData("1e16", "1e+16")]
    [InlineData("0.1", "0.1")]
    public void A_number_is_an_integer_where_it_is_written_as_one(string number, string expected) =>
        Assert.Equal(expected, Render.Template("{{ n }}", arguments: $$"""{"n": {{number}}}"""));

    [Fact]
    public void Values_made_in_code_are_as_good_as_parsed_ones()
    {
        var template = ChatTemplate.Parse("{{ [i, f, s, b, n, l]|tojson }}");
        var arguments = new JsonObject { ["i"] = 1, ["f"] = 1.5, ["s"] = "é", ["b"] = true, ["n"] = null, ["l"] = new JsonArray(1L, 'c') };

        Assert.Equal("""[1, 1.5, "é", true, null, [1, "c"]]""", template.Render(new() { Messages = NoMessages, Arguments = arguments }));
    }

    [Fact]
    public void Tools_and_documents_that_are_not_given_are_undefined() =>
        Assert.Equal("False False", Render.Template("{{ tools is defined }} {{ documents is defined }}"));

    [Fact]
    public void Fixed_variables_win_over_arguments_and_arguments_over_functions()
    {
        var template = ChatTemplate.Parse("{{ bos_token }} {{ eos_token }} {{ add_generation_prompt }} {{ range }} {{ documents[0] }}");

        Assert.Equal("<s> </s> False mine text", template.Render(new()
        {
            Messages = NoMessages,
            Documents = new JsonArray("text"),
            AddGenerationPrompt = false,
            BosToken = "<s>",
            EosToken = "</s>",
            Arguments = new JsonObject { ["bos_token"] = "other", ["range"] = "mine" },
        }));
    }

    [Fact]
    public void The_clock_is_the_inputs_own()
    {
        var template = ChatTemplate.Parse("{{ strftime_now('%d %b %Y %H:%M') }}");

        Assert.Equal("26 Jul 2024 23:05", template.Render(new() { Messages = NoMessages, Now = new(2024, 7, 26, 23, 5, 0, TimeSpan.FromHours(-7)) }));
    }

    [Fact]
    public void An_object_with_a_key_twice_is_refused() => Assert.Throws<TemplateException>(() => Render.Template("{{ x }}", arguments: """{"x": {"a": 1, "a": 2}}"""));

    [Fact]
    public void Text_that_is_not_Unicode_is_refused() => Assert.Throws<TemplateException>(() => Render.Template("{{ x }}", arguments: """{"x": "\ud800"}"""));

    [Fact]
    public void What_the_template_refuses_it_says_in_its_own_words()
    {
        var refusal = Assert.Throws<TemplateException>(() => Render.Template("a\n\n{{ raise_exception('Roles must alternate.') }}"));

        Assert.Equal("Roles must alternate.", refusal.Message);
        Assert.Equal(3, refusal.Line);
    }

    [Theory]
    [InlineData("a\n{{ b", 2)]
    [InlineData("a\r\n{{ 1 +\r\n* }}", 3)]
    [InlineData("{% if true %}\n\n\n", 3)]
    [InlineData("{#\n\n#}{{ x.y.z }}", 3)]
    [InlineData("{% macro m() %}\n{{ 1 + 'a' }}\n{% endmacro %}\n\n{{ m() }}", 2)]
    [InlineData("{% for x in [1] %}\n\n{{ x | nope }}{% endfor %}", 3)]
    public void An_error_has_its_line(string template, int line) =>
        Assert.Equal(line, Assert.Throws<TemplateException>(() => Render.Template(template)).Line);

    [Fact]
    public void One_parsed_template_serves_many_threads()
    {
        var template = ChatTemplate.Parse("{% set n = namespace(s='') %}{% for m in messages %}{% set n.s = n.s ~ m.content %}{% endfor %}{{ n.s }}");

        Parallel.For(0, 1000, i => Assert.Equal($"{i}{i}", template.Render(new()
        {
            Messages = new JsonArray(new JsonObject { ["content"] = i }, new JsonObject { ["content"] = i }),
        })));
    }
}
