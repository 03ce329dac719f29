using System.Security.Cryptography;
using System.Text;
using Platform.Templates.Output.Formats;

namespace Platform.Templates.Output;

/// <summary>How a model writes its thinking and its calls. It follows from the chat template, which shows the model its own calls again.</summary>
public abstract class OutputFormat
{
    private static readonly OutputFormat[] All =
    [
        new Harmony(), new DeepSeek(), new Kimi(), new Glm(), new QwenCoder(), new MiniMax(), new Command(),
        new MarkedCalls("apriel", "[BEGIN FINAL RESPONSE]", ("<tool_calls>", "</tool_calls>"), ("[", "]", ", ")) { Thoughts = ("Here are my reasoning steps:", "[BEGIN FINAL RESPONSE]") },
        new MarkedCalls("nemotron", "<TOOLCALL>[", ("<TOOLCALL>", "</TOOLCALL>"), ("[", "]", ", ")), new MarkedCalls("minimax-1", "<tool_calls>\\n{\"name\"", ("<tool_calls>", "</tool_calls>"), ("\n", "\n", "\n")),
        new OtherThinking("minimax", "<mm:think>", "</mm:think>"),
        new Hermes(), new MistralNamed(), new MistralList(), new Llama3(),
        new Sections("kimi-3", "<|open|>", ("<|open|>think<|sep|>", "<|close|>think<|sep|>"), ("<|open|>response<|sep|>", "<|close|>response<|sep|>"), "", ["<|open|>", "<|sep|>", "<|close|>"]) { PromptOpensAnswer = true },
        new Sections("solar", "<|begin|>assistant<|think|>", ("<|think|>", "<|end|>"), ("<|content|>", "<|end|>"), "<|begin|>assistant", ["<|begin|>", "<|think|>", "<|content|>", "<|end|>"]),
        new Sections("muse", " to=self<|message|>", (" to=self<|message|>", "<|eom|>"), (" to=user<|message|>", "<|eot|>"), "<|start|>assistant", ["<|start|>", "<|message|>", "<|eom|>", "<|eot|>"]),
        new OtherThinking("hunyuan", "<think:opensource>", "</think:opensource>") { Sign = "'</think{}>'.format(" },
        new OtherThinking("gemma", "<|channel>thought", "<channel|>") { Parts = ["<|channel>"] },
        new OtherThinking("apertus", "<|inner_prefix|>", "<|inner_suffix|>"),
        new PlainJson(),
    ];

    /// <summary>As workers report it.</summary>
    public abstract string Name { get; }

    /// <summary>Control tokens the format is made of.</summary>
    public virtual IReadOnlyList<string> ShownTokens => [];

    /// <summary>The marks of the model's thinking; null: it does not think aloud.</summary>
    public virtual (string Open, string Close)? Thinking => ("<think>", "</think>");

    /// <summary>Whether a model with this template, which is of this format, may think aloud.</summary>
    public virtual bool ThinksIn(string template) => Thinking is { } marks && template.Contains(marks.Close, StringComparison.Ordinal);

    /// <summary>Whether templates of this format tell the model of its tools; else the tools go into the conversation.</summary>
    public virtual bool TellsTools => true;

    /// <summary>The format of a chat template, by the marks in its text.</summary>
    public static OutputFormat Of(string template) => All.First(format => format.IsOf(template));

    /// <summary>The format of this name; plain JSON for a name that is not known.</summary>
    public static OutputFormat Named(string? name) => All.FirstOrDefault(format => format.Name == name) ?? All[^1];

    /// <summary>A grammar for calls, their arguments as the schemas have them.</summary>
    /// <exception cref="Platform.Grammars.JsonSchema.SchemaException">A keyword of a tool's parameters can't be kept; the path begins with the tool's index.</exception>
    public abstract ToolGrammar Grammar(ToolUse use, Thinks thinks);

    /// <summary>What comes before an answer that is no call, and the thinking that may come before that.</summary>
    public virtual (string Before, (string? Open, string Close)? Thinking) Answer(Thinks thinks) => ("", First(thinks));

    public abstract OutputParser Parser(IOutputSink sink, OutputContext context);

    /// <summary>The id of a call; the same whenever the same text is read again.</summary>
    public virtual string CallId(OutputContext context, int index) => $"call_{Letters(context, index, 24)}";

    protected abstract bool IsOf(string template);

    /// <summary>The marks of thinking that a grammar lets come first; what the prompt has opened needs none to begin.</summary>
    protected (string? Open, string Close)? First(Thinks thinks) => thinks != Thinks.No && Thinking is { } marks ? (thinks == Thinks.Opened ? null : marks.Open, marks.Close) : null;

    protected static string Letters(OutputContext context, int index, int count)
    {
        const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{context.GenerationId}/{context.Choice}/{index}"));
        return string.Create(count, hash, (span, bytes) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = Alphabet[bytes[i] % Alphabet.Length];
            }
        });
    }
}
