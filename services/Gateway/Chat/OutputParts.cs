using System.Buffers;
using Platform.OpenAi.Chat;
using Platform.Templates.Output;

namespace Platform.Gateway.Chat;

/// <summary>Collects what one choice thinks, says and calls.</summary>
internal sealed class OutputParts : IOutputSink
{
    private readonly ArrayBufferWriter<byte> content = new();
    private readonly ArrayBufferWriter<byte> reasoning = new();
    private readonly List<(string Id, string Name, ArrayBufferWriter<byte> Arguments)> calls = [];

    public ReadOnlyMemory<byte> Said => content.WrittenMemory;
    public ReadOnlyMemory<byte> Thought => reasoning.WrittenMemory;
    public IReadOnlyList<ChatToolCall> Calls => [.. calls.Select(call => new ChatToolCall(call.Id, call.Name, call.Arguments.WrittenMemory))];

    /// <summary>Whether what came last was reasoning.</summary>
    public bool Thinks { get; private set; }

    public void Content(ReadOnlySpan<byte> utf8)
    {
        Thinks = false;
        content.Write(utf8);
    }

    public void Reasoning(ReadOnlySpan<byte> utf8)
    {
        Thinks = true;
        reasoning.Write(utf8);
    }

    public void ToolCall(int index, string id, string name)
    {
        Thinks = false;
        calls.Add((id, name, new ArrayBufferWriter<byte>()));
    }

    public void Arguments(int index, ReadOnlySpan<byte> utf8) => calls[index].Arguments.Write(utf8);
}
