using System.Text;
using Platform.Inference.Engine;

namespace Platform.LlamaWorker.Models;

/// <summary>The control tokens of a model that fills in the middle, in the order prefix, suffix, middle.</summary>
internal sealed record MiddleTokens(int Prefix, int Suffix, int Middle)
{
    /// <summary>Qwen, StarCoder, Granite, DeepSeek, Code Llama.</summary>
    private static readonly (string Prefix, string Suffix, string Middle)[] Known =
    [
        ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"), ("<fim_prefix>", "<fim_suffix>", "<fim_middle>"), ("<fim-prefix>", "<fim-suffix>", "<fim-middle>"),
        ("<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"), ("<PRE>", "<SUF>", "<MID>"), ("▁<PRE>", "▁<SUF>", "▁<MID>"),
    ];

    public static MiddleTokens? Of(IEngineModel engine)
    {
        foreach (var (prefix, suffix, middle) in Known)
        {
            if (Token(engine, prefix) is { } before && Token(engine, suffix) is { } after && Token(engine, middle) is { } between) return new(before, after, between);
        }

        return null;
    }

    private static int? Token(IEngineModel engine, string text)
    {
        Span<int> tokens = stackalloc int[2];
        return engine.Tokenize(Encoding.UTF8.GetBytes(text), tokens, addSpecial: false, parseSpecial: true) == 1 && engine.Piece(tokens[0], [], special: false) == 0 ? tokens[0] : null;
    }
}
