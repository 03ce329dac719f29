using System.Text.Json;
using Platform.Scenarios.Tests.Wire;

namespace Platform.Scenarios.Tests.Embeddings;

/// <summary><c>POST /v1/embeddings</c> on the bundled model.</summary>
public sealed class EmbeddingsTests(PlatformFixture platform)
{
    /// <summary>Token ids and float32 embeddings of the reference implementation.</summary>
    private static readonly List<(string Text, int[] Ids, float[] Vector)> Golden =
    [
        .. JsonDocument.Parse(File.ReadAllText(Path.Combine(RepositoryRoot.Find(), "tests/Inference.Onnx/minilm.json"))).RootElement.GetProperty("cases").EnumerateArray()
            .Select(one => (one.GetProperty("text").GetString()!, Ints(one.GetProperty("input_ids")), one.GetProperty("embedding").EnumerateArray().Select(number => number.GetSingle()).ToArray()))
            .Where(one => one.Item1.Length > 0 && one.Item2.Length < 256),
    ];

    [Fact]
    public async Task Vectors_point_where_the_reference_points_and_tokens_count_as_there()
    {
        var made = await Vectors.Of(platform.Client, Golden.Select(one => one.Text));
        Assert.All(made.All.Zip(Golden), pair => Assert.InRange(Vectors.Cosine(pair.First, pair.Second.Vector), 0.97, 1.0001));
        Assert.All(made.All, vector => Assert.Equal(1, Math.Sqrt(vector.Sum(x => (double)x * x)), 5));
        Assert.Equal(Golden.Sum(one => one.Ids.Length), made.PromptTokens);
    }

    /// <summary>Behaviour 35.</summary>
    [Fact]
    public async Task Numbers_and_base64_are_equal_bit_for_bit()
    {
        var texts = Golden.Select(one => one.Text).ToArray();
        var (numbers, packed) = (await Vectors.Of(platform.Client, texts, ""","encoding_format":"float" """), await Vectors.Of(platform.Client, texts, ""","encoding_format":"base64" """));
        Assert.Equal(numbers.All.SelectMany(vector => vector).Select(BitConverter.SingleToInt32Bits), packed.All.SelectMany(vector => vector).Select(BitConverter.SingleToInt32Bits));
    }

    /// <summary>Behaviour 35.</summary>
    [Fact]
    public async Task A_text_has_the_same_vector_alone_in_a_batch_and_as_tokens()
    {
        var batch = await Vectors.Of(platform.Client, Golden.Select(one => one.Text));
        var tokens = await Vectors.Of(platform.Client, Golden.Select(one => one.Ids));
        var bare = await Vectors.Of(platform.Client, Golden[0].Ids[1..^1]);
        Assert.Equal(batch.All, tokens.All);
        Assert.Equal(batch.All[0], bare.All.Single());
        Assert.Equal(batch.PromptTokens, tokens.PromptTokens);
        for (var i = 0; i < Golden.Count; i++)
        {
            var alone = (await Vectors.Of(platform.Client, Golden[i].Text)).All.Single();
            Assert.Equal(batch.All[i], alone, (a, b) => Math.Abs(a - b) <= 1e-5f);
        }
    }

    /// <summary>The reference is llama.cpp's own server, on the same file.</summary>
    [Fact]
    public async Task A_model_that_llama_cpp_pools_points_where_its_server_says()
    {
        var golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(RepositoryRoot.Find(), "tests/OnnxWorker/smollm2-mean.json"))).RootElement.GetProperty("cases").EnumerateArray().ToList();
        var made = await Vectors.Of(platform.Client, golden.Select(one => one.GetProperty("text").GetString()), ""","encoding_format":"base64" """, TestCatalogue.Pooled);
        Assert.Equal(golden.Sum(one => one.GetProperty("input_ids").GetArrayLength()), made.PromptTokens);
        Assert.All(made.All.Zip(golden), pair => Assert.InRange(Vectors.Cosine(pair.First, [.. pair.Second.GetProperty("embedding").EnumerateArray().Select(number => number.GetSingle())]), 0.999, 1.0001));
        var tokens = await Vectors.Of(platform.Client, golden.Select(one => one.GetProperty("input_ids")), model: TestCatalogue.Pooled);
        Assert.All(made.All.Zip(tokens.All), pair => Assert.InRange(Vectors.Cosine(pair.First, pair.Second), 0.9999, 1.0001));
    }

    [Fact]
    public async Task Fewer_dimensions_are_the_first_ones_at_unit_length()
    {
        var whole = (await Vectors.Of(platform.Client, "The cat sits on the mat.")).All.Single();
        var part = (await Vectors.Of(platform.Client, "The cat sits on the mat.", ",\"dimensions\":100")).All.Single();
        var length = Math.Sqrt(whole[..100].Sum(x => (double)x * x));
        Assert.Equal(whole[..100].Select(x => (float)(x / length)), part, (a, b) => Math.Abs(a - b) <= 1e-6f);
        Assert.Equal(whole, (await Vectors.Of(platform.Client, "The cat sits on the mat.", ",\"dimensions\":384")).All.Single());
    }

    [Fact]
    public async Task Many_requests_at_once_get_their_own_vectors()
    {
        var texts = Enumerable.Range(0, 64).Select(i => $"sentence number {i} about {(i % 2 == 0 ? "cats" : "revenue")}").ToArray();
        var batch = await Vectors.Of(platform.Client, texts);
        var alone = await Task.WhenAll(texts.Select(text => Vectors.Of(platform.Client, text)));
        for (var i = 0; i < texts.Length; i++) Assert.Equal(batch.All[i], alone[i].All.Single());
    }

    [Fact]
    public async Task Two_thousand_and_forty_eight_inputs_are_taken_and_one_more_is_not()
    {
        var made = await Vectors.Of(platform.Client, Enumerable.Repeat("a", 2048), ",\"encoding_format\":\"base64\"");
        Assert.Equal((2048, 2048L * 3), (made.All.Length, made.PromptTokens));
        Assert.Equal(("input", "array_above_max_length", "invalid_request_error"), await Refused($$"""{"model":"{{TestCatalogue.MiniLm}}","input":{{JsonSerializer.Serialize(Enumerable.Repeat("a", 2049))}}}"""));
    }

    [Theory]
    [InlineData("""{"input":"a"}""", 400, "model", "missing_required_parameter")]
    [InlineData("""{"model":"#"}""", 400, "input", "missing_required_parameter")]
    [InlineData("""{"model":"#","input":""}""", 400, "input", "empty_string")]
    [InlineData("""{"model":"#","input":[]}""", 400, "input", "empty_array")]
    [InlineData("""{"model":"#","input":["a",""]}""", 400, "input[1]", "empty_string")]
    [InlineData("""{"model":"#","input":[[]]}""", 400, "input[0]", "empty_array")]
    [InlineData("""{"model":"#","input":[30522]}""", 400, "input", "invalid_value")]
    [InlineData("""{"model":"#","input":[[7],[8,99999]]}""", 400, "input[1]", "invalid_value")]
    [InlineData("""{"model":"#","input":"a","dimensions":0}""", 400, null, null)]
    [InlineData("""{"model":"#","input":"a","dimensions":385}""", 400, "dimensions", "invalid_value")]
    [InlineData("""{"model":"#","input":"a","encoding_format":"int8"}""", 400, "encoding_format", "invalid_value")]
    [InlineData("""{"model":"nobody","input":"a"}""", 404, "model", "model_not_found")]
    [InlineData("""{"model":"bigram","input":"a"}""", 403, "model", null)]
    public async Task A_wrong_request_is_refused_by_its_field(string body, int status, string? param, string? code)
    {
        using var response = await platform.Client.PostJson("v1/embeddings", body.Replace("#", TestCatalogue.MiniLm, StringComparison.Ordinal));
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal((param, code, "invalid_request_error"), await response.Error());
    }

    /// <summary>Behaviour 35.</summary>
    [Fact]
    public async Task An_input_longer_than_the_model_reads_is_refused_with_the_counts()
    {
        using var response = await platform.Client.PostJson("v1/embeddings", $$"""{"model":"{{TestCatalogue.MiniLm}}","input":["a","{{string.Join(' ', Enumerable.Repeat("word", 300))}}"]}""");
        var error = (await response.Json()).GetProperty("error");
        Assert.Equal((400, "context_length_exceeded", "input[1]"), ((int)response.StatusCode, error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
        Assert.Contains("maximum context length is 256 tokens, however you requested 302 tokens", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chat_model_does_not_embed_and_an_embedding_model_does_not_chat()
    {
        using var chat = await platform.Client.PostJson("v1/chat/completions", WireClient.ChatBody(TestCatalogue.MiniLm));
        Assert.Equal((404, "model"), ((int)chat.StatusCode, (await chat.Error()).Param));
    }

    private async Task<(string? Param, string? Code, string Type)> Refused(string body)
    {
        using var response = await platform.Client.PostJson("v1/embeddings", body);
        Assert.Equal(400, (int)response.StatusCode);
        return await response.Error();
    }

    private static int[] Ints(JsonElement numbers) => [.. numbers.EnumerateArray().Select(number => number.GetInt32())];
}
