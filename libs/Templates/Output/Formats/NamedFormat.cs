using System.Text;
using Platform.Grammars;

namespace Platform.Templates.Output.Formats;

/// <summary>Calls whose name stands before the JSON object of their arguments.</summary>
internal abstract class NamedFormat : OutputFormat
{
    /// <summary>What begins a call, the preferred writing first.</summary>
    protected abstract string[] Opening { get; }

    /// <summary>What stands between the name and the arguments.</summary>
    protected abstract string[] AfterName { get; }

    /// <summary>What the grammar puts before the first call, after the last, before each, between its name and arguments, after each, and between two.</summary>
    protected abstract (string Begin, string End, string Before, string Middle, string After, string Between) Writing { get; }

    protected virtual string[] Triggers => [Writing.Begin.Length > 0 ? Writing.Begin : Writing.Before];

    /// <summary>The function's name as it is written.</summary>
    protected virtual string Written(string name, int index) => name;

    /// <summary>The function's name from what is written.</summary>
    protected virtual string NameOf(string written) => written.Trim();

    public override ToolGrammar Grammar(ToolUse use, Thinks thinks)
    {
        var text = new GrammarText();
        var writing = Writing;
        var calls = use.Tools.Select((tool, i) =>
            text.Rule("call", $"{GrammarText.Literal(writing.Before + Written(tool.Name, 0) + writing.Middle)} {text.Schema(tool.Parameters, $"/{i}")} {GrammarText.Literal(writing.After)}"));
        var call = text.Rule("calls", string.Join(" | ", calls));
        var more = use.Parallel ? $"({GrammarText.Literal(writing.Between)} {call})*" : "";
        text.Root($"{GrammarText.Literal(writing.Begin)} {call} {more} {GrammarText.Literal(writing.End)}", use.Required ? First(thinks) : null);
        return new ToolGrammar(text.ToString(), use.Required ? [] : Triggers);
    }

    public override OutputParser Parser(IOutputSink sink, OutputContext context) => new NamedParser(this, sink, context);

    private sealed class NamedParser(NamedFormat format, IOutputSink sink, OutputContext context) : MarkedParser(format, sink, context, format.Opening)
    {
        private readonly byte[][] middles = [.. format.AfterName.Select(Encoding.UTF8.GetBytes)];
        private readonly byte[][] opens = [.. format.Opening.Select(Encoding.UTF8.GetBytes)];
        private JsonCall? arguments;
        private bool between;

        protected override void BeginCall(int mark) => (arguments, between) = (null, false);

        protected override bool StepCall()
        {
            if (arguments is { IsDone: false })
            {
                if (Text.Length == 0)
                {
                    return false;
                }

                Take(arguments.Read(Text));
                between = arguments.IsDone;
                return between;
            }

            return between ? Between() : Name();
        }

        private bool Name()
        {
            var mark = Find(middles, out var before);
            if (mark < 0)
            {
                return IsOver && Drop();
            }

            var name = format.NameOf(Encoding.UTF8.GetString(Text[..before]));
            Take(before + (middles[mark] is [(byte)'{'] ? 0 : middles[mark].Length));
            arguments = JsonCall.OfArguments(Sink, Call(name));
            return true;
        }

        /// <summary>Marks after a call are skipped up to the next one.</summary>
        private bool Between()
        {
            var mark = Find(opens, out var before);
            Take(before);
            if (mark < 0)
            {
                return false;
            }

            Take(opens[mark].Length);
            (arguments, between) = (null, false);
            return true;
        }

        private bool Drop()
        {
            Take(Text.Length);
            return false;
        }
    }
}
