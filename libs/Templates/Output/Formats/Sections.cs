using System.Text;
using Platform.Grammars;

namespace Platform.Templates.Output.Formats;

/// <summary>Models that write their thinking and their answer as sections: they are told of tools in the conversation and call with bare JSON objects in the answer.</summary>
/// <param name="sign">What only their templates hold.</param>
/// <param name="between">What stands between the thinking and the answer.</param>
internal sealed class Sections(string name, string sign, (string Open, string Close) thinking, (string Open, string Close) answer, string between, string[] shown) : PlainJson
{
    public override string Name => name;

    public override IReadOnlyList<string> ShownTokens => shown;

    public override (string Open, string Close)? Thinking => thinking;

    /// <summary>Whether a prompt that switches the thinking off opens the answer itself.</summary>
    public bool PromptOpensAnswer { get; init; }

    public override bool ThinksIn(string template) => true;

    public override (string Before, (string? Open, string Close)? Thinking) Answer(Thinks thinks) => thinks == Thinks.No
        ? (PromptOpensAnswer ? "" : answer.Open, null)
        : (answer.Open, (thinks == Thinks.Opened ? null : thinking.Open, thinking.Close + between));

    public override ToolGrammar Grammar(ToolUse use, Thinks thinks)
    {
        var calls = base.Grammar(use, Thinks.No);
        if (!use.Required) return calls;
        var text = new GrammarText();
        var (before, thoughts) = Answer(thinks);
        text.Root($"{GrammarText.Literal(before)} {text.Grammar(calls.Gbnf)}", thoughts);
        return new ToolGrammar(text.ToString(), []);
    }

    public override OutputParser Parser(IOutputSink sink, OutputContext context) => new SectionParser(this, sink, base.Parser(sink, context with { Thinks = false }), context.Thinks);

    protected override bool IsOf(string template) => template.Contains(sign, StringComparison.Ordinal);

    private (byte[][] Opens, byte[][] ThinkingEnd, byte[][] AnswerEnd) Marks() => ([.. new[] { thinking.Open, answer.Open }.Select(Encoding.UTF8.GetBytes)], [Encoding.UTF8.GetBytes(thinking.Close)], [Encoding.UTF8.GetBytes(answer.Close)]);

    /// <param name="said">Reads what is in the answer.</param>
    private sealed class SectionParser(Sections format, IOutputSink sink, OutputParser said, bool thinks) : BufferedParser
    {
        private readonly (byte[][] Opens, byte[][] ThinkingEnd, byte[][] AnswerEnd) marks = format.Marks();
        private Part part = thinks ? Part.Thinking : Part.Start;

        private enum Part { Start, Between, Thinking, Answer }

        public override void End()
        {
            base.End();
            said.End();
        }

        protected override bool Step() => part switch
        {
            Part.Start => Begin(),
            Part.Between => Open(),
            _ => Tell(part == Part.Thinking ? marks.ThinkingEnd : marks.AnswerEnd),
        };

        /// <summary>What begins with no section's mark is the answer.</summary>
        private bool Begin()
        {
            if (Text.Length == 0) return false;
            foreach (var open in marks.Opens)
            {
                if (Text.StartsWith(open))
                {
                    part = Part.Between;
                    return true;
                }

                if (!IsOver && open.AsSpan().StartsWith(Text)) return false;
            }

            part = Part.Answer;
            return true;
        }

        private bool Open()
        {
            var mark = Find(marks.Opens, out var before);
            Take(before);
            if (mark < 0) return false;
            Take(marks.Opens[mark].Length);
            part = mark == 0 ? Part.Thinking : Part.Answer;
            return true;
        }

        private bool Tell(byte[][] end)
        {
            var mark = Find(end, out var before);
            if (part == Part.Answer) said.Append(Text[..before]);
            else if (before > 0) sink.Reasoning(Text[..before]);
            Take(before);
            if (mark < 0) return false;
            Take(end[0].Length);
            part = Part.Between;
            return true;
        }
    }
}
