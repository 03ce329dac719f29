using System.Numerics.Tensors;
using Platform.Inference.Onnx.Embeddings;

namespace Platform.Inference.Onnx.Tests.Embeddings;

public sealed class EmbeddingModelTests(Bundled bundled)
{
    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, Golden.Cases.Length)];

    /// <summary>The bundled graph is quantised: its makers give 0.97 as the lowest cosine.</summary>
    [Theory]
    [MemberData(nameof(Numbers))]
    public void A_vector_points_where_the_reference_points(int number)
    {
        var golden = Golden.Cases[number];
        var vector = bundled.MiniLm.Embed([golden.InputIds], CancellationToken.None);
        Assert.Equal(384, vector.Length);
        Assert.Equal(1, TensorPrimitives.Norm<float>(vector), 1e-5f);
        Assert.InRange(TensorPrimitives.CosineSimilarity<float>(vector, golden.Embedding), 0.97f, 1.0001f);
    }

    [Theory]
    [InlineData(Pooling.Mean)]
    [InlineData(Pooling.First)]
    [InlineData(Pooling.Last)]
    public void A_sequence_has_the_same_vector_alone_and_padded_among_others(Pooling pooling)
    {
        using var model = Bundled.TextEncoder(pooling);
        int[][] sequences = [[5, 17, 30, 1], [9, 1], [40, 8, 61, 2, 7, 7, 12, 100, 33, 1], [3]];
        var together = model.Embed(sequences, CancellationToken.None);
        for (var i = 0; i < sequences.Length; i++)
        {
            var alone = model.Embed([sequences[i]], CancellationToken.None);
            Assert.Equal(alone, together[(i * model.Dimensions)..((i + 1) * model.Dimensions)], (a, b) => Math.Abs(a - b) <= 1e-5f);
        }
    }

    [Fact]
    public void A_graph_of_another_kind_is_refused() =>
        Assert.Throws<InvalidDataException>(() => new EmbeddingModel(Bundled.InFolder("shapes-wan/vae/decoder_init.onnx"), Bundled.Tokenizer(), Pooling.Mean, new OnnxOptions(Threads: 1)));

    [Fact]
    public void A_cancelled_run_ends()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => bundled.MiniLm.Embed([[101, 102]], cancelled.Token));
    }
}
