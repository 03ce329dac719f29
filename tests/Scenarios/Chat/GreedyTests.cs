using Microsoft.Extensions.DependencyInjection;
using Platform.Eventing.Content;
using Platform.Fixtures.Greedy;

namespace Platform.Scenarios.Tests.Chat;

/// <summary>Against what llama.cpp itself gives, up to the first near tie.</summary>
public sealed class GreedyTests(PlatformFixture platform)
{
    public static TheoryData<int> Cases => [.. Enumerable.Range(0, GreedyGolden.Cases.Length)];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_greedy_completion_is_the_one_llama_cpp_gives(int index) => await Compare(GreedyGolden.Cases[index]);

    [Fact]
    public async Task So_are_eight_at_once() => await Task.WhenAll(GreedyGolden.Cases.Take(8).Select(Compare));

    private async Task Compare(GreedyGolden golden)
    {
        var answer = await platform.Client.Ask(new { model = TestCatalogue.SmolLm, messages = golden.Messages, max_tokens = GreedyGolden.MaxTokens, temperature = 0 });
        Assert.Equal(golden.PromptTokens.Length, answer.Usage.Prompt);

        var tokens = (await platform.Services.GetRequiredService<ContentReader>().Read(answer.Id, default))!.Content.Choices[0].Tokens;
        var sure = golden.SureSteps;
        Assert.Equal(golden.CompletionTokens.Take(sure), tokens.Take(sure));
        if (sure < golden.CompletionTokens.Length) return;
        Assert.Equal(golden.Completion, answer.Text);
        Assert.Equal(golden.FinishReason, answer.Body.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }
}
