using System.Text.Json;

namespace Platform.Inference.LlamaCpp.Tests;

/// <summary>Against what llama.cpp's own programs say of the bundled model.</summary>
public sealed class GoldenTests(Bundled bundled)
{
    private const float Tie = 0.05f;

    private sealed record File(Case[] Cases);

    private sealed record Case(string Prompt, int[] PromptTokens, int[] CompletionTokens, string Completion, string FinishReason, double[][][] TopLogprobs);

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private static Case[] Cases { get; } = JsonSerializer.Deserialize<File>(
        System.IO.File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "smollm2-greedy.json")), Json)!.Cases;

    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, Cases.Length)];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void A_prompt_has_the_expected_tokens(int number) => Assert.Equal(Cases[number].PromptTokens, bundled.Tokens(Cases[number].Prompt));

    [Theory]
    [MemberData(nameof(Numbers))]
    public void A_completion_has_the_expected_text(int number) => Assert.Equal(Cases[number].Completion, bundled.Text(Cases[number].CompletionTokens));

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Greedy_decoding_gives_the_expected_tokens_and_probabilities(int number)
    {
        var golden = Cases[number];
        using var context = bundled.Context();
        var logits = context.Read(0, golden.PromptTokens);
        for (var step = 0; step < golden.CompletionTokens.Length; step++)
        {
            var found = Driving.LogProbabilities(logits);
            var expected = golden.TopLogprobs[step].Select(pair => (Id: (int)pair[0], LogProbability: (float)pair[1])).ToArray();
            if (expected[0].LogProbability - expected[1].LogProbability < Tie)
            {
                Assert.True(step > 0, "the first step is a tie and compares nothing");
                return;
            }

            Assert.Equal(golden.CompletionTokens[step], Driving.Best(logits));
            Assert.All(expected, entry => Assert.Equal(entry.LogProbability, found[entry.Id], Tie));
            logits = context.Read(0, [golden.CompletionTokens[step]]);
        }

        if (golden.FinishReason == "stop")
        {
            Assert.True(bundled.Model.IsEnd(Driving.Best(logits)));
        }
    }
}
