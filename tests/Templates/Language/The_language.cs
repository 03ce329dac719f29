using System.Text.Json.Nodes;

namespace Platform.Templates.Tests.Language;

/// <summary>Small templates with what Jinja2 3.1.6 under CPython 3.11 makes of them; <c>render.py</c> fills that in.</summary>
public class The_language
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Language");

    private static readonly JsonObject Context = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "context.json")))!.AsObject();

    public static TheoryData<string, int, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, int, string>();
            foreach (var file in Directory.EnumerateFiles(Path.Combine(Folder, "cases"), "*.json").Order(StringComparer.Ordinal))
            {
                var topic = Path.GetFileNameWithoutExtension(file);
                foreach (var (index, item) in Load(topic).Index())
                {
                    cases.Add(topic, index, item!["template"]!.GetValue<string>());
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_template_means_what_it_means_in_Jinja2(string topic, int index, string template)
    {
        var expected = Load(topic)[index]!;
        string Render()
        {
            var context = Context.DeepClone().AsObject();
            var messages = context["messages"]!;
            context.Remove("messages");
            return ChatTemplate.Parse(template).Render(new ChatTemplateInput
            {
                Messages = messages,
                Arguments = context,
                Now = new DateTimeOffset(2026, 3, 14, 15, 9, 26, TimeSpan.Zero),
            });
        }

        if (expected["text"] is { } text)
        {
            Assert.Equal(text.GetValue<string>(), Render());
        }
        else
        {
            Assert.NotNull(Assert.Throws<TemplateException>(Render).Line);
        }
    }

    private static JsonArray Load(string topic) => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "cases", topic + ".json")))!.AsArray();
}
