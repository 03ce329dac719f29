using System.Text;
using Platform.Grammars;

namespace Platform.Templates.Output.Formats;

/// <summary>
/// gpt-oss: messages on channels, <c>&lt;|channel|&gt;name&lt;|message|&gt;text&lt;|end|&gt;</c>. What is on <c>analysis</c> is thinking, what is addressed to <c>functions.name</c> a call, the rest content.
/// </summary>
internal sealed class Harmony : OutputFormat
{
    private const string Start = "<|start|>", Channel = "<|channel|>", Message = "<|message|>", EndMark = "<|end|>", CallMark = "<|call|>", Return = "<|return|>", Constrain = "<|constrain|>";

    public override string Name => "harmony";

    public override IReadOnlyList<string> ShownTokens => [Start, Channel, Message, EndMark, CallMark, Return, Constrain];

    /// <summary>Thinking is a channel, not a pair of marks.</summary>
    public override (string Open, string Close)? Thinking => ($"{Channel}analysis{Message}", EndMark);

    public override bool ThinksIn(string template) => true;

    public override (string Before, (string? Open, string Close)? Thinking) Answer(Thinks thinks) => ($"{Channel}final{Message}", Analysis(thinks));

    public override ToolGrammar Grammar(ToolUse use, Thinks thinks)
    {
        var text = new GrammarText();
        var calls = use.Tools.Select((tool, i) =>
            text.Rule("call", $"{GrammarText.Literal($"{Channel}commentary to=functions.{tool.Name} {Constrain}json{Message}")} {text.Schema(tool.Parameters, $"/{i}")}"));
        var call = text.Rule("calls", string.Join(" | ", calls));
        text.Root(call, use.Required ? Analysis(thinks) : null);
        return new ToolGrammar(text.ToString(), use.Required ? [] : [$"{Channel}commentary to="]);
    }

    public override OutputParser Parser(IOutputSink sink, OutputContext context) => new HarmonyParser(this, sink, context);

    private static (string? Open, string Close)? Analysis(Thinks thinks) => thinks == Thinks.No ? null : ($"{Channel}analysis{Message}", $"{EndMark}{Start}assistant");

    protected override bool IsOf(string template) => template.Contains(Channel, StringComparison.Ordinal);

    private sealed class HarmonyParser(Harmony format, IOutputSink sink, OutputContext context) : BufferedParser
    {
        private static readonly byte[][] Headers = [Encoding.UTF8.GetBytes(Message)];
        private static readonly byte[][] Ends = [.. new[] { EndMark, CallMark, Return, Start, Channel }.Select(Encoding.UTF8.GetBytes)];

        private Kind kind = Kind.Header;
        private int index = -1;
        private bool isFirst = true;

        private enum Kind { Header, Thinking, Content, Call }

        protected override bool Step()
        {
            if (kind != Kind.Header)
            {
                return Body();
            }

            // text without any mark at the start is content
            if (isFirst && Text.Length > 0 && Text[0] != '<')
            {
                (kind, isFirst) = (Kind.Content, false);
                return true;
            }

            var mark = Find(Headers, out var before);
            if (mark < 0)
            {
                return false;
            }

            Open(Encoding.UTF8.GetString(Text[..before]));
            isFirst = false;
            Take(before + Headers[0].Length);
            return true;
        }

        private void Open(string header)
        {
            const string To = "to=functions.";
            var at = header.IndexOf(To, StringComparison.Ordinal);
            if (at >= 0)
            {
                var name = header[(at + To.Length)..];
                var end = name.IndexOfAny([' ', '<', '\n']);
                kind = Kind.Call;
                index++;
                sink.ToolCall(index, format.CallId(context, index), end < 0 ? name : name[..end]);
                return;
            }

            kind = header.Contains("analysis", StringComparison.Ordinal) ? Kind.Thinking : Kind.Content;
        }

        private bool Body()
        {
            var mark = Find(Ends, out var before);
            Tell(Text[..before]);
            Take(before);
            if (mark < 0)
            {
                return false;
            }

            Take(Ends[mark].Length);
            kind = Kind.Header;
            return true;
        }

        private void Tell(ReadOnlySpan<byte> text)
        {
            if (text.Length == 0)
            {
                return;
            }

            switch (kind)
            {
                case Kind.Thinking:
                    sink.Reasoning(text);
                    break;
                case Kind.Call:
                    sink.Arguments(index, text);
                    break;
                default:
                    sink.Content(text);
                    break;
            }
        }
    }
}
