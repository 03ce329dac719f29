namespace Platform.Templates.Output;

/// <summary>Takes what a model's text turns out to be, in the order it is said. All text is UTF-8, whole characters.</summary>
public interface IOutputSink
{
    void Content(ReadOnlySpan<byte> utf8);

    void Reasoning(ReadOnlySpan<byte> utf8);

    /// <summary>A call begins; its arguments follow.</summary>
    /// <param name="index">0 for the first call of the choice.</param>
    void ToolCall(int index, string id, string name);

    /// <param name="utf8">A piece of the JSON text of the call's arguments.</param>
    void Arguments(int index, ReadOnlySpan<byte> utf8);
}
