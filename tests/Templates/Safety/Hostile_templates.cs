using System.Diagnostics;

namespace Platform.Templates.Tests.Safety;

public class Hostile_templates
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static TheoryData<string, string> TooMuch => new()
    {
        { "brackets", "{{ " + Times("(", 10_000) + "1" + Times(")", 10_000) + " }}" },
        { "lists", "{{ " + Times("[", 10_000) + Times("]", 10_000) + " }}" },
        { "blocks", Times("{% if 1 %}", 10_000) + Times("{% endif %}", 10_000) },
        { "not", "{{ " + Times("not ", 100_000) + "1 }}" },
        { "minus", "{{ " + Times("-", 100_000) + "1 }}" },
        { "sums", "{{ 1" + Times("+1", 100_000) + " }}" },
        { "filters", "{{ x" + Times("|upper", 50_000) + " }}" },
        { "attributes", "{{ x" + Times(".a", 100_000) + " }}" },
        { "calls", "{{ x" + Times("()", 100_000) + " }}" },
        { "conditions", "{{ 1" + Times(" if 1 else 1", 50_000) + " }}" },
        { "length of the source", Times("a", 2_000_000) },
        { "recursion of a macro", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}" },
        { "recursion of a call block", "{% macro m(x) %}{{ caller() if caller }}{% call m(1) %}{{ x }}{% endcall %}{% endmacro %}{{ m(1) }}" },
        { "recursion of a loop", "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}" },
        { "steps", "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}" },
        { "output", "{% for a in range(100) %}{{ 'a' * 1000000 }}{% endfor %}" },
        { "range", "{{ range(100001) }}" },
        { "doubling of a string", "{% set n = namespace(s='a') %}{% for i in range(99) %}{% set n.s = n.s + n.s %}{% endfor %}" },
        { "doubling of a list", "{% set n = namespace(s=[1]) %}{% for i in range(99) %}{% set n.s = [n.s, n.s] %}{% endfor %}" },
        { "doubling of a dict", "{% set n = namespace(s={}) %}{% for i in range(99) %}{% set n.s = {'a': n.s, 'b': n.s} %}{% endfor %}" },
        { "depth of a value", "{% set n = namespace(s=[]) %}{% for i in range(9999) %}{% set n.s = [n.s] %}{% endfor %}" },
        { "depth of generators", "{% set n = namespace(s=[]) %}{% for i in range(9999) %}{% set n.s = n.s|map('string') %}{% endfor %}" },
        { "repetition", "{{ 'a' * 1000000000 }}" },
        { "repetition of a list", "{{ [1] * 9223372036854775807 }}" },
        { "width of %", "{{ '%1000000000d' % 1 }}" },
        { "precision of %", "{{ '%.1000000000f' % 1 }}" },
        { "given width of %", "{{ '%*d' % (1000000000, 1) }}" },
        { "width of format", "{{ '{:1000000000}'.format(1) }}" },
        { "zeros of format", "{{ '{:01000000000}'.format(1) }}" },
        { "center", "{{ 'a'|center(1000000000) }}" },
        { "ljust", "{{ 'a'.ljust(1000000000) }}" },
        { "zfill", "{{ 'a'.zfill(1000000000) }}" },
        { "expandtabs", "{{ '\\t'.expandtabs(1000000000) }}" },
        { "indent", "{{ 'a'|indent(1000000000) }}" },
        { "tojson's indent", "{{ [[1]]|tojson(indent=10000000) }}" },
        { "replace", "{{ ('a' * 100000).replace('a', 'b' * 100000) }}" },
        { "join", "{{ ('a' * 10000).join('b' * 10000) }}" },
        { "batch", "{{ [1]|batch(1000000000, 'x')|list }}" },
        { "slice", "{{ [1]|slice(1000000000)|list }}" },
        { "power", "{{ 9 ** 9 ** 9 }}" },
        { "sum beyond 64 bits", "{{ 9223372036854775807 + 1 }}" },
        { "literal beyond 64 bits", "{{ 9223372036854775808 }}" },
        { "nested JSON", "{{ ('[' * 5000)|from_json }}" },
        { "equality of long strings", "{% set s = 'a' * 9000000 %}{% for i in range(100000) %}{% if s == s ~ '' %}{% endif %}{% endfor %}" },
    };

    [Theory]
    [MemberData(nameof(TooMuch))]
    public void Whatever_grows_without_bound_is_refused(string what, string template)
    {
        var clock = Stopwatch.StartNew();
        var refusal = Assert.Throws<TemplateException>(() => Render.Template(template));

        Assert.True(clock.Elapsed < Patience, $"{what} took {clock.Elapsed}");
        Assert.NotEmpty(refusal.Message);
    }

    [Theory]
    [InlineData("{% macro m(n) %}{% if n %}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(190) }}ok")]
    [InlineData("{% set n = namespace() %}{% set n.n = n %}{{ [n] == [n] }}{{ n == n }}")]
    [InlineData("{% for x in ['[']*99 %}{% endfor %}{{ ('[' * 90 ~ ']' * 90)|from_json|tojson|length }}")]
    public void What_stays_within_bounds_is_not(string template) => Assert.NotEmpty(Render.Template(template));

    [Fact]
    public void A_small_stack_does_not_overflow()
    {
        var deep = "{% macro m(n) %}" + Times("{% if 1 %}", 60) + "{{ " + Times("(", 30) + "m(n - 1)" + Times(" ~ '')", 30) + " }}" + Times("{% endif %}", 60)
            + "{% endmacro %}{{ m(0) }}";
        Exception? refusal = null;
        var thread = new Thread(() => refusal = Record.Exception(() => Render.Template(deep)), maxStackSize: 512 * 1024);
        thread.Start();
        thread.Join();

        Assert.IsType<TemplateException>(refusal);
    }

    [Fact]
    public void Text_of_a_message_is_never_taken_for_a_template()
    {
        const string Attack = "{{ 7 * 7 }}{% raise_exception('x') %}{# c #}";

        Assert.Equal(Attack, Render.Template("{{ messages[0].content }}", $$"""[{"role": "user", "content": "{{Attack}}"}]"""));
    }

    private static string Times(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
