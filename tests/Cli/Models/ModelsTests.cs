using Platform.Catalog.Tests.Hub;
using Platform.Cli.Tests.Up;
using Platform.Fixtures;

namespace Platform.Cli.Tests.Models;

/// <summary><c>./platform models</c> on a data folder and a hub of their own.</summary>
public sealed class ModelsTests : IAsyncDisposable
{
    private const string Repository = "acme/tiny-GGUF", Thinker = "{% for message in messages %}<|im_start|>{{ message.content }}<|im_end|>{% endfor %}{% if tools %}<tool_call>{% endif %}{% if enable_thinking is defined and enable_thinking is false %}<think>\n\n</think>{% endif %}";

    private readonly TemporaryHouse _house = new();
    private HubServer? _hub;

    public async ValueTask DisposeAsync()
    {
        if (_hub is not null) await _hub.DisposeAsync();
        _house.Dispose();
    }

    [Fact]
    public async Task A_model_is_pulled_listed_shown_and_removed()
    {
        var platform = await Hub();
        var pulled = await platform.Run("models", "pull", Repository);
        Assert.True(pulled.ExitCode == 0, pulled.Text);
        Assert.Contains("tiny-q8_0 is in the catalogue", pulled.Text, StringComparison.Ordinal);

        var (_, list) = await platform.Run("models", "list");
        Assert.Matches("tiny-q8_0 +chat.*1 MB.*apache-2.0", list);

        var (_, shown) = await platform.Run("models", "show", "tiny-q8_0");
        Assert.Matches("can do +chat, tools, JSON schemas, thinking", shown);
        Assert.Matches("tools +calls as hermes", shown);
        Assert.Matches("thinking +switched by enable_thinking", shown);
        Assert.Matches("context +4,096 tokens", shown);
        Assert.Equal(Thinker, (await platform.Run("models", "show", "tiny-q8_0", "--template")).Text.TrimEnd('\n'));

        Assert.Equal(0, (await platform.Run("models", "remove", "tiny-q8_0")).ExitCode);
        Assert.DoesNotContain("tiny-q8_0", (await platform.Run("models", "list")).Text, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_house.House.Data, "*.gguf", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task The_bundled_models_are_shown_with_what_they_can_do()
    {
        var platform = new CommandLine(_house.House);
        var (_, list) = await platform.Run("models", "list");
        Assert.All((string[])["smollm2-135m-instruct", "all-minilm-l6-v2", "shapes-wan"], id => Assert.Contains(id, list, StringComparison.Ordinal));
        Assert.Matches("can do +chat, tools, JSON schemas\n", (await platform.Run("models", "show", "smollm2-135m-instruct")).Text);
        Assert.Matches("can do +embeddings, 384 dimensions or fewer", (await platform.Run("models", "show", "all-minilm-l6-v2")).Text);
        Assert.Matches("can do +videos, ", (await platform.Run("models", "show", "shapes-wan")).Text);
    }

    [Fact]
    public async Task What_is_not_there_is_told_in_a_line()
    {
        var platform = await Hub();
        Assert.Equal((1, "✗ There is no model nothing: see ./platform models list."), Line(await platform.Run("models", "show", "nothing")));
        Assert.Equal(1, (await platform.Run("models", "remove", "nothing")).ExitCode);
        _hub!.Refusal = (403, "GatedRepo");
        var (exit, text) = await platform.Run("models", "pull", Repository);
        Assert.Equal(1, exit);
        Assert.Contains("accept its terms at", text, StringComparison.Ordinal);
    }

    private static (int ExitCode, string Text) Line((int ExitCode, string Text) result) => (result.ExitCode, result.Text.Trim());

    private async Task<CommandLine> Hub()
    {
        _hub = await HubServer.Start();
        var content = new byte[1_000_000];
        GgufWriter.Bytes([("general.architecture", "llama"), ("llama.context_length", 4096u), ("tokenizer.chat_template", Thinker)]).CopyTo(content, 0);
        _hub.Add("tiny-Q8_0.gguf", content);
        return new CommandLine(_house.House, _hub.Address);
    }
}
