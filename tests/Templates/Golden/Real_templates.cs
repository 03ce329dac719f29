namespace Platform.Templates.Tests.Golden;

public class Real_templates
{
    private const string Absent = "absent";

    public static TheoryData<string, string> Pairs
    {
        get
        {
            var pairs = new TheoryData<string, string>();
            foreach (var (template, scenarios) in GoldenTemplates.Expected?["expected"]?.AsObject() ?? [])
            {
                foreach (var (scenario, _) in scenarios!.AsObject())
                {
                    pairs.Add(template, scenario);
                }
            }

            if (pairs.Count == 0)
            {
                pairs.Add(Absent, Absent);
            }

            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_template_renders_as_the_reference_engine_renders_it(string template, string scenario)
    {
        Assert.SkipWhen(template == Absent, "shared/golden/templates is not beside the repository");
        var expected = GoldenTemplates.Expected!["expected"]![template]![scenario]!;
        string Render() => ChatTemplate.Parse(GoldenTemplates.Source(template)).Render(GoldenTemplates.Input(scenario));

        if (expected["text"] is { } text)
        {
            Assert.Equal(text.GetValue<string>(), Render());
        }
        else
        {
            Assert.Throws<TemplateException>(Render);
        }
    }
}
