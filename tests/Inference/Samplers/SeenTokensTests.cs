using Platform.Contracts.Runs;
using Platform.Inference.Samplers;

namespace Platform.Inference.Tests.Samplers;

public sealed class SeenTokensTests
{
    private static readonly float[] Logits = [2, -2, 3, -3, 0.5f, 1];

    [Fact]
    public void The_repeat_penalty_divides_positive_and_multiplies_negative_logits_of_prompt_and_output() =>
        Assert.Equal([2 / 1.5f, -3, 2, -3, 0.5f, 1], Penalised(new Sampling { Seed = 1, RepeatPenalty = 1.5f }, prompt: [0, 1], output: [2]));

    [Fact]
    public void Presence_is_subtracted_once_and_only_for_tokens_generated() =>
        Assert.Equal([2, -2, 2.5f, -3, 0.5f, 1], Penalised(new Sampling { Seed = 1, PresencePenalty = 0.5f }, prompt: [0, 1], output: [2, 2, 2]));

    [Fact]
    public void Frequency_is_subtracted_for_every_time_a_token_was_generated() =>
        Assert.Equal([2, -2, 1.5f, -3.5f, 0.5f, 1], Penalised(new Sampling { Seed = 1, FrequencyPenalty = 0.5f }, prompt: [0, 1], output: [2, 3, 2, 2]));

    [Fact]
    public void Penalties_apply_repeat_first_then_frequency_and_presence() =>
        Assert.Equal([2, -2, 3 / 2f - 2 * 0.25f - 1, -3, 0.25f, 1], Penalised(new Sampling { Seed = 1, RepeatPenalty = 2, FrequencyPenalty = 0.25f, PresencePenalty = 1 }, prompt: [4], output: [2, 2]));

    [Fact]
    public void Negative_penalties_encourage() =>
        Assert.Equal([2, -2, 5, -3, 0.5f, 1], Penalised(new Sampling { Seed = 1, FrequencyPenalty = -1 }, prompt: [], output: [2, 2]));

    [Fact]
    public void A_sequence_that_starts_over_forgets_the_one_before()
    {
        var sampling = new Sampling { Seed = 1, RepeatPenalty = 2 };
        var seen = new SeenTokens(Logits.Length);
        seen.Reset(sampling, [0, 1, 2], [3]);
        seen.Reset(sampling, [5], []);
        Assert.Equal([2, -2, 3, -3, 0.5f, 0.5f], After(seen));
    }

    private static float[] Penalised(Sampling sampling, int[] prompt, int[] output)
    {
        var seen = new SeenTokens(Logits.Length);
        seen.Reset(sampling, prompt, output);
        var stepwise = new SeenTokens(Logits.Length);
        stepwise.Reset(sampling, prompt, []);
        foreach (var token in output)
        {
            stepwise.Generated(token);
        }

        var row = After(seen);
        Assert.Equal(row, After(stepwise));
        return row;
    }

    private static float[] After(SeenTokens seen)
    {
        var row = Logits.ToArray();
        seen.Penalise(row);
        var penalised = row.ToArray();
        seen.Restore(row);
        Assert.Equal(Logits, row);
        return penalised;
    }
}
