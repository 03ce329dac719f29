using System.Text.Json;
using Platform.Scenarios.Tests.Wire;

namespace Platform.Scenarios.Tests.Embeddings;

/// <summary><c>POST /v1/rerank</c> on the bundled embedding model.</summary>
public sealed class RerankTests(PlatformFixture platform)
{
    private const string Documents = """["Quarterly revenue grew by twelve percent.","The cat sits on the mat.",{"text":"A feline is resting on a rug."},"The quick brown fox."]""";

    /// <summary>Behaviour 36.</summary>
    [Theory]
    [InlineData("v1/rerank")]
    [InlineData("v2/rerank")]
    public async Task The_nearest_documents_come_first_and_name_their_places(string path)
    {
        var answer = await Rank(path, "");
        Assert.Equal([1, 2], answer.Results.Take(2).Select(one => one.Index));
        Assert.Equal([0, 1, 2, 3], answer.Results.Select(one => one.Index).Order());
        Assert.Equal(answer.Results.Select(one => one.Score).OrderDescending(), answer.Results.Select(one => one.Score));
        Assert.All(answer.Results, one => Assert.InRange(one.Score, -1.0001, 1.0001));
    }

    /// <summary>Behaviour 36.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    [InlineData(100, 4)]
    public async Task Top_n_is_cut_to_the_number_of_documents(int asked, int given) => Assert.Equal(given, (await Rank("v1/rerank", $",\"top_n\":{asked}")).Results.Count);

    [Fact]
    public async Task Documents_come_back_when_asked_for_and_scores_are_cosines()
    {
        var first = (await Rank("v1/rerank", ",\"return_documents\":true")).Results[0];
        Assert.Equal("The cat sits on the mat.", first.Text);
        var vectors = await Vectors.Of(platform.Client, new[] { "Where does the cat sit?", first.Text! });
        Assert.Equal(Vectors.Cosine(vectors.All[0], vectors.All[1]), first.Score, 5);
    }

    [Fact]
    public async Task A_document_longer_than_the_model_reads_is_cut()
    {
        using var response = await platform.Client.PostJson("v1/rerank", $$"""{"model":"{{TestCatalogue.MiniLm}}","query":"a","documents":["{{string.Join(' ', Enumerable.Repeat("word", 400))}}"]}""");
        Assert.Equal(3 + 256, (await response.Json()).GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Theory]
    [InlineData("""{"model":"#","query":"a"}""", "documents", "missing_required_parameter")]
    [InlineData("""{"model":"#","query":"a","documents":"b"}""", "documents", "invalid_type")]
    [InlineData("""{"model":"#","query":"a","documents":[]}""", "documents", "empty_array")]
    [InlineData("""{"model":"#","query":"a","documents":[3]}""", "documents[0]", "invalid_type")]
    [InlineData("""{"model":"#","query":"a","documents":[{"title":"b"}]}""", "documents[0].text", "missing_required_parameter")]
    [InlineData("""{"model":"#","documents":["b"]}""", "query", "missing_required_parameter")]
    [InlineData("""{"model":"#","query":"","documents":["b"]}""", "query", "empty_string")]
    [InlineData("""{"model":"#","query":"a","documents":["b"],"top_n":0}""", "top_n", "integer_below_min_value")]
    public async Task A_wrong_request_is_refused_by_its_field(string body, string param, string code)
    {
        using var response = await platform.Client.PostJson("v1/rerank", body.Replace("#", TestCatalogue.MiniLm, StringComparison.Ordinal));
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal((param, code, "invalid_request_error"), await response.Error());
    }

    private async Task<(List<(int Index, double Score, string? Text)> Results, string Id)> Rank(string path, string more)
    {
        using var response = await platform.Client.PostJson(path, $$"""{"model":"{{TestCatalogue.MiniLm}}","query":"Where does the cat sit?","documents":{{Documents}}{{more}}}""");
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        var answer = await response.Json();
        return (
            [.. answer.GetProperty("results").EnumerateArray().Select(one => (one.GetProperty("index").GetInt32(), one.GetProperty("relevance_score").GetDouble(), Text(one)))],
            answer.GetProperty("id").GetString()!);
    }

    private static string? Text(JsonElement result) => result.TryGetProperty("document", out var document) ? document.GetProperty("text").GetString() : null;
}
