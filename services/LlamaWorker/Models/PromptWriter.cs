using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Platform.Contracts.Runs;
using Platform.Inference.Engine;
using Platform.Templates;

namespace Platform.LlamaWorker.Models;

/// <summary>
/// Turns a conversation into prompt tokens: the model's chat template, then its tokenizer.
/// Known limit: control tokens are recognised in the whole rendered text, so a message that spells one out is read as one.
/// </summary>
internal sealed class PromptWriter
{
    private readonly ChatTemplate _template;
    private readonly IEngineModel _engine;

    public PromptWriter(ChatTemplate template, IEngineModel engine)
    {
        (_template, _engine) = (template, engine);
        Overhead = Math.Max(Size(new("[]")), Size(new("""[{"role":"user","content":""}]""")));
    }

    /// <summary>Tokens of a conversation that says nothing.</summary>
    public int Overhead { get; }

    /// <exception cref="TemplateException">The template refuses the conversation; the message is the template's own.</exception>
    public int[] Tokens(Conversation conversation, DateTimeOffset now)
    {
        var text = _template.Render(new ChatTemplateInput
        {
            Messages = JsonNode.Parse(conversation.Messages) ?? new JsonArray(),
            Tools = conversation.Tools is { } tools ? JsonNode.Parse(tools) : null,
            Arguments = conversation.TemplateArguments is { } arguments ? JsonNode.Parse(arguments) as JsonObject : null,
            BosToken = _engine.Info.BosText,
            EosToken = _engine.Info.EosText,
            Now = now,
        });
        var hasBos = _engine.Info.BosText is { Length: > 0 } bos && text.StartsWith(bos, StringComparison.Ordinal);
        return Tokenize(text, addSpecial: !hasBos);
    }

    private int[] Tokenize(string text, bool addSpecial)
    {
        var utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        var tokens = ArrayPool<int>.Shared.Rent(text.Length + 8);
        try
        {
            var bytes = utf8.AsSpan(0, Encoding.UTF8.GetBytes(text, utf8));
            var count = _engine.Tokenize(bytes, tokens, addSpecial, parseSpecial: true);
            if (count >= 0) return tokens[..count];
            var all = new int[-count];
            return all[.._engine.Tokenize(bytes, all, addSpecial, parseSpecial: true)];
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(utf8);
            ArrayPool<int>.Shared.Return(tokens);
        }
    }

    /// <summary>0 when the template refuses such a conversation.</summary>
    private int Size(Conversation conversation)
    {
        try
        {
            return Tokens(conversation, DateTimeOffset.UnixEpoch).Length;
        }
        catch (TemplateException)
        {
            return 0;
        }
    }
}
