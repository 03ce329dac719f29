using System.Text.Json.Nodes;

namespace Platform.Templates.Tests;

internal static class Render
{
    public static string Template(string template, string messages = "[]", string? arguments = null) => ChatTemplate.Parse(template).Render(new ChatTemplateInput
    {
        Messages = JsonNode.Parse(messages)!,
        Arguments = arguments is null ? null : JsonNode.Parse(arguments)!.AsObject(),
    });
}
