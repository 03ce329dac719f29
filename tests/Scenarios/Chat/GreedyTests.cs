using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Platform.Eventing.Content;

namespace Platform.Scenarios.Tests.Chat;

/// <summary>Against what llama.cpp itself gives: tokens are compared up to the first step whose two likeliest lie within 0.05 of each other.</summary>
public sealed class GreedyTests(PlatformFixture platform)
{
    private const double Tie = 0.05;

    private static readonly JsonElement Golden = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Chat/smollm2-greedy.json")));

    private static readonly int MaxTokens = Golden.GetProperty("max_tokens").GetInt32();

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, Golden.GetProperty("cases").GetArrayLength())];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_greedy_completion_is_the_one_llama_cpp_gives(int index) => await Compare(Golden.GetProperty("cases")[index]);

    [Fact]
    public async Task So_are_eight_at_once() =>
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Compare(Golden.GetProperty("cases")[i % Golden.GetProperty("cases").GetArrayLength()])));

    private async Task Compare(JsonElement golden)
    {
        var answer = await platform.Client.Ask(new { model = TestCatalogue.SmolLm, messages = golden.GetProperty("messages"), max_tokens = MaxTokens, temperature = 0 });
        Assert.Equal(golden.GetProperty("prompt_tokens").GetArrayLength(), answer.Usage.Prompt);

        var tokens = (await platform.Services.GetRequiredService<ContentReader>().Read(answer.Id, default))!.Content.Choices[0].Tokens;
        var expected = golden.GetProperty("completion_tokens").EnumerateArray().Select(token => token.GetInt32()).ToArray();
        var certain = golden.GetProperty("top_logprobs").EnumerateArray().TakeWhile(step => step[0][1].GetDouble() - step[1][1].GetDouble() > Tie).Count();
        Assert.Equal(expected.Take(certain), tokens.Take(certain));
        if (certain < expected.Length) return;
        Assert.Equal(golden.GetProperty("completion").GetString(), answer.Text);
        Assert.Equal(golden.GetProperty("finish_reason").GetString(), answer.Body.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }
}
