using Platform.Fixtures;

namespace Platform.OnnxWorker.Tests.Embeddings;

/// <summary>A BERT of two layers and eight words with a classifier over it, its weights from a fixed seed.</summary>
internal static class TinyRanker
{
    private const int Width = 32, Inner = 64, Layers = 2, Context = 64;

    private static readonly string[] Words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "\u2581cat", "\u2581dog", "\u2581sat", "\u2581on", "\u2581the", "\u2581mat", "\u2581ran", "\u2581home"];

    public static byte[] File()
    {
        var random = new Random(7);
        float[] Some(int count, double scale) => [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() - 0.5) * scale))];
        (string, long[], float[]) Matrix(string name, int inner, int outer) => (name, [inner, outer], Some(inner * outer, 1));
        (string, long[], float[]) Vector(string name, int length) => (name, [length], Some(length, 0.2));
        (string, long[], float[]) Scale(string name) => (name, [Width], [.. Enumerable.Repeat(1f, Width)]);

        var tensors = new List<(string, long[], float[])>
        {
            Matrix("token_embd.weight", Width, Words.Length), Matrix("position_embd.weight", Width, Context), Matrix("token_types.weight", Width, 2), Scale("token_embd_norm.weight"), Vector("token_embd_norm.bias", Width),
            Matrix("cls.weight", Width, Width), Vector("cls.bias", Width), Matrix("cls.output.weight", Width, 1), Vector("cls.output.bias", 1),
        };
        for (var layer = 0; layer < Layers; layer++)
        {
            var block = $"blk.{layer}.";
            foreach (var part in (string[])["attn_q", "attn_k", "attn_v", "attn_output"]) tensors.AddRange([Matrix($"{block}{part}.weight", Width, Width), Vector($"{block}{part}.bias", Width)]);
            tensors.AddRange([Scale($"{block}attn_output_norm.weight"), Vector($"{block}attn_output_norm.bias", Width), Scale($"{block}layer_output_norm.weight"), Vector($"{block}layer_output_norm.bias", Width)]);
            tensors.AddRange([Matrix($"{block}ffn_up.weight", Width, Inner), Vector($"{block}ffn_up.bias", Inner), Matrix($"{block}ffn_down.weight", Inner, Width), Vector($"{block}ffn_down.bias", Width)]);
        }

        return GgufWriter.Bytes(
        [
            ("general.architecture", "bert"), ("general.name", "tiny ranker"), ("bert.context_length", (uint)Context), ("bert.embedding_length", (uint)Width), ("bert.feed_forward_length", (uint)Inner), ("bert.block_count", (uint)Layers),
            ("bert.attention.head_count", 4u), ("bert.attention.layer_norm_epsilon", 1e-12f), ("bert.attention.causal", false), ("bert.pooling_type", 4u),
            ("tokenizer.ggml.model", "bert"), ("tokenizer.ggml.token_type_count", 2u), ("tokenizer.ggml.tokens", Words), ("tokenizer.ggml.token_type", Words.Select((_, i) => i < 5 ? 3 : 1).ToArray()),
            ("tokenizer.ggml.unknown_token_id", 1u), ("tokenizer.ggml.seperator_token_id", 3u), ("tokenizer.ggml.padding_token_id", 0u), ("tokenizer.ggml.cls_token_id", 2u), ("tokenizer.ggml.bos_token_id", 2u), ("tokenizer.ggml.mask_token_id", 4u),
        ], [.. tensors]);
    }
}
