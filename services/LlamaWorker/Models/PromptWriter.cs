using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Platform.Contracts.Runs;
using Platform.Inference.Engine;
using Platform.Templates;
using Platform.Templates.Output;

namespace Platform.LlamaWorker.Models;

/// <summary>
/// Turns a conversation into prompt tokens: the model's chat template, then its tokenizer. What a message says never becomes a control token.
/// A plain prompt is its sender's own: there control tokens may be spelled out.
/// </summary>
internal sealed class PromptWriter
{
    private readonly ChatTemplate _template;
    private readonly IEngineModel _engine;
    private readonly ControlTexts _controls;
    private readonly MiddleTokens? _middle;
    private readonly MessageForm _form;

    public PromptWriter(ChatTemplate template, IEngineModel engine)
    {
        (_template, _engine, _controls, _middle, _form) = (template, engine, new ControlTexts(engine), MiddleTokens.Of(engine), MessageForm.Of(template));
        Overhead = Math.Max(Size(new("[]")), Size(new("""[{"role":"user","content":""}]""")));
    }

    /// <summary>Tokens of a conversation that says nothing.</summary>
    public int Overhead { get; }

    /// <summary>Whether the model can write what stands between two texts.</summary>
    public bool FillsInTheMiddle => _middle is not null;

    /// <exception cref="TemplateException">The template refuses the conversation; the message is the template's own.</exception>
    public int[] Tokens(Conversation conversation, DateTimeOffset now)
    {
        var messages = _form.Shape(JsonNode.Parse(conversation.Messages) ?? new JsonArray());
        var tools = conversation.Tools is { } given ? JsonNode.Parse(given) : null;
        var arguments = conversation.TemplateArguments is { } more ? JsonNode.Parse(more) as JsonObject : null;
        var spells = _controls.AreIn(messages) || _controls.AreIn(tools) || _controls.AreIn(arguments);
        if (spells) (messages, tools, arguments) = (_controls.Marked(messages)!, _controls.Marked(tools), _controls.Marked(arguments) as JsonObject); // what is there stays there

        var text = _template.Render(new ChatTemplateInput
        {
            Messages = messages,
            Tools = tools,
            Arguments = arguments,
            AddGenerationPrompt = conversation.AddGenerationPrompt && !conversation.ContinueFinal,
            BosToken = _engine.Info.BosText,
            EosToken = _engine.Info.EosText,
            Now = now,
        });
        if (conversation.ContinueFinal) text = UpToFinal(text, messages);
        return spells ? InPieces(text) : Tokenize(text, addSpecial: !BeginsWithBos(text));
    }

    public int[] Tokens(PlainPrompt prompt)
    {
        if (prompt.Suffix is { } suffix && _middle is { } middle)
        {
            int[] fill = [middle.Prefix, .. Body(prompt), middle.Suffix, .. Tokenize(suffix, addSpecial: false), middle.Middle];
            return _engine.Info is { AddBos: true, Bos: >= 0 and var bos } ? [bos, .. fill] : fill;
        }

        return prompt.Tokens is { } tokens ? [.. tokens] : Tokenize(prompt.Text ?? "", addSpecial: !BeginsWithBos(prompt.Text ?? ""));
    }

    public int[] Tokenize(string text, bool addSpecial, bool parseSpecial = true)
    {
        var utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        var tokens = ArrayPool<int>.Shared.Rent(text.Length + 8);
        try
        {
            var bytes = utf8.AsSpan(0, Encoding.UTF8.GetBytes(text, utf8));
            var count = _engine.Tokenize(bytes, tokens, addSpecial, parseSpecial);
            if (count >= 0) return tokens[..count];
            var all = new int[-count];
            return all[.._engine.Tokenize(bytes, all, addSpecial, parseSpecial)];
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(utf8);
            ArrayPool<int>.Shared.Return(tokens);
        }
    }

    private int[] Body(PlainPrompt prompt) => prompt.Tokens is { } tokens ? [.. tokens] : Tokenize(prompt.Text ?? "", addSpecial: false);

    private int[] InPieces(string text)
    {
        var tokens = new List<int>();
        foreach (var (piece, isInput) in ControlTexts.Pieces(text)) tokens.AddRange(Tokenize(piece, addSpecial: tokens.Count == 0 && (isInput || !BeginsWithBos(piece)), parseSpecial: !isInput));
        return [.. tokens];
    }

    /// <summary>Drops what the template writes after the last message, so that the model goes on with it (as Hugging Face's <c>continue_final_message</c> does).</summary>
    private static string UpToFinal(string text, JsonNode messages)
    {
        var said = messages.AsArray() is [.., JsonObject last] && last["content"] is JsonValue content && content.TryGetValue(out string? value) ? value.Trim() : "";
        var at = said.Length > 0 ? text.LastIndexOf(said, StringComparison.Ordinal) : -1;
        return at >= 0 ? text[..(at + said.Length)] : throw new TemplateException("The last message can't be continued: the chat template does not write it as it is.");
    }

    private bool BeginsWithBos(string text) => _engine.Info.BosText is { Length: > 0 } bos && text.StartsWith(bos, StringComparison.Ordinal);

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
