using Platform.Contracts.Runs;
using Platform.Templates.Output;

namespace Platform.Gateway.Generations;

/// <summary>What the output of a generation keeps to, and how it is told apart into thinking, content and calls.</summary>
internal sealed record OutputPlan
{
    /// <summary>Any text, and all of it content.</summary>
    public static OutputPlan Plain { get; } = new();

    public OutputConstraint? Constraint { get; init; }

    public IReadOnlyList<string> ShownTokens { get; init; } = [];

    /// <summary>Null: all text is content.</summary>
    public OutputFormat? Format { get; init; }

    /// <summary>The prompt has opened the thinking.</summary>
    public bool Thinks { get; init; }

    /// <summary>Nothing but calls is said: text that was cut off before it became one is not told.</summary>
    public bool CallsOnly { get; init; }

    /// <summary>Functions that may be called.</summary>
    public IReadOnlyList<Tool> Tools { get; init; } = [];

    /// <summary>Reads the text of a choice as it comes.</summary>
    public OutputParser Parser(string generationId, int choice, IOutputSink sink) =>
        Format is null ? OutputParser.Plain(sink) : Format.Parser(CallsOnly ? new WithoutContent(sink) : sink, new OutputContext(generationId, choice, Thinks, Tools));

    private sealed class WithoutContent(IOutputSink sink) : IOutputSink
    {
        public void Content(ReadOnlySpan<byte> utf8)
        {
        }

        public void Reasoning(ReadOnlySpan<byte> utf8) => sink.Reasoning(utf8);

        public void ToolCall(int index, string id, string name) => sink.ToolCall(index, id, name);

        public void Arguments(int index, ReadOnlySpan<byte> utf8) => sink.Arguments(index, utf8);
    }
}
