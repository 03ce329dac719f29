using System.Text;
using Platform.Grammars;

namespace Platform.Templates.Output.Formats;

/// <summary>Calls as JSON objects with a name and arguments, set off by marks or not.</summary>
internal abstract class EnvelopeFormat : OutputFormat
{
    /// <summary>What begins calls, the preferred writing first.</summary>
    protected abstract string[] Opening { get; }

    /// <summary>What the grammar puts before and after each object, and between two.</summary>
    protected abstract (string Before, string After, string Between) Writing { get; }

    /// <summary>What ends calls.</summary>
    protected virtual string Close => "</tool_call>";

    protected virtual string ArgumentsKey => "arguments";

    /// <summary>Whether a mark is the beginning of the object itself.</summary>
    protected virtual bool OpensObject => false;

    protected virtual string[] Triggers => Opening;

    public override ToolGrammar Grammar(ToolUse use, Thinks thinks)
    {
        var text = new GrammarText();
        var calls = use.Tools.Select((tool, i) => text.Rule("call", $"{Head(tool.Name)} {text.Schema(tool.Parameters, $"/{i}")} {GrammarText.Literal("}")}"));
        var call = text.Rule("calls", string.Join(" | ", calls));
        var (before, after, between) = Writing;
        var more = use.Parallel ? $"({GrammarText.Literal(between)} {call})*" : "";
        text.Root($"{GrammarText.Literal(before)} {call} {more} {GrammarText.Literal(after)}", use.Required ? First(thinks) : null);
        return new ToolGrammar(text.ToString(), use.Required ? [] : Triggers);
    }

    public override OutputParser Parser(IOutputSink sink, OutputContext context) => new EnvelopeParser(this, sink, context, OpensObject);

    /// <summary>What the grammar puts before a call's arguments, as GBNF.</summary>
    protected virtual string Head(string name) => GrammarText.Literal($"{{\"name\": {GrammarText.Json(name)}, \"{ArgumentsKey}\": ");

    private sealed class EnvelopeParser(EnvelopeFormat format, IOutputSink sink, OutputContext context, bool opensObject) : MarkedParser(format, sink, context, format.Opening)
    {
        private readonly byte[] close = Encoding.UTF8.GetBytes(format.Close);
        private JsonCall? call;

        protected override void BeginCall(int mark)
        {
            call = new JsonCall(Sink, Call);
            if (opensObject)
            {
                call.Read(Encoding.UTF8.GetBytes(format.Opening[mark]));
            }
        }

        protected override bool StepCall()
        {
            if (call is { IsDone: false })
            {
                if (Text.Length == 0)
                {
                    return false;
                }

                Take(call.Read(Text));
                return call.IsDone;
            }

            // another object is another call; after anything else comes content again
            if (!SkipSpace() || (!IsOver && Text.Length < close.Length && close.AsSpan().StartsWith(Text)))
            {
                return false;
            }

            if (Text[0] is (byte)',' or (byte)';' or (byte)']')
            {
                Take(1);
                return true;
            }

            if (Text[0] == '{')
            {
                call = new JsonCall(Sink, Call);
                return true;
            }

            Take(Text.StartsWith(close) ? close.Length : 0);
            return EndCalls();
        }
    }
}
