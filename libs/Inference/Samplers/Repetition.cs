using System.Text;
using Platform.Contracts.Runs;
using Platform.Inference.Engine;

namespace Platform.Inference.Samplers;

/// <summary>
/// The DRY penalty (p-e-w, text-generation-webui #5677; llama.cpp's src/llama-sampler.cpp): a token that would go on with what was said before becomes less likely,
/// exponentially in the length of the repetition. A repetition ends at a breaker, wherever in a token that stands.
/// </summary>
internal sealed class Repetition(IEngineModel model)
{
    private readonly Dictionary<int, int> longest = [];
    private readonly List<(int Token, float Logit)> changed = [];
    private DryPenalty dry = new(0, 1, 0, 0, []);
    private byte[][] breakers = [];
    private int longestBreaker;
    private int[] tokens = [];
    private int[] matches = [];
    private int count;

    /// <summary>Tokens before the end of the last breaker.</summary>
    private int broken;

    /// <summary>The last bytes, as many as may begin a breaker.</summary>
    private byte[] tail = [];

    public void Reset(DryPenalty penalty, ReadOnlySpan<int> prompt, ReadOnlySpan<int> output)
    {
        dry = penalty;
        breakers = [.. penalty.Breakers.Where(text => text.Length > 0).Select(Encoding.UTF8.GetBytes)];
        longestBreaker = breakers.Length > 0 ? breakers.Max(bytes => bytes.Length) : 0;
        (count, broken, tail) = (0, 0, []);
        foreach (var token in prompt)
        {
            Add(token);
        }

        foreach (var token in output)
        {
            Add(token);
        }
    }

    public void Add(int token)
    {
        if (count == tokens.Length)
        {
            Array.Resize(ref tokens, Math.Max(256, 2 * count));
        }

        tokens[count++] = token;
        FollowBreakers(token);
    }

    public void Penalise(Span<float> logits)
    {
        changed.Clear();
        var window = dry.LastN < 0 ? count : Math.Min(dry.LastN, count);
        var most = Math.Min(window, count - broken);
        if (window <= dry.AllowedLength || most < dry.AllowedLength)
        {
            return;
        }

        Match(window);
        longest.Clear();
        for (var i = 1; i < window; i++)
        {
            var length = Math.Min(matches[i], most);
            if (length > 0 && length >= dry.AllowedLength)
            {
                var next = tokens[count - i];
                longest[next] = Math.Max(length, longest.GetValueOrDefault(next));
            }
        }

        foreach (var (token, length) in longest)
        {
            changed.Add((token, logits[token]));
            logits[token] -= (float)Math.Min(float.MaxValue / 2, dry.Multiplier * Math.Pow(dry.Base, length - dry.AllowedLength));
        }
    }

    public void Restore(Span<float> logits)
    {
        foreach (var (token, logit) in changed)
        {
            logits[token] = logit;
        }
    }

    /// <summary>For each token back from the last one, how many tokens up to it equal the last tokens: the Z-algorithm over the reversed window.</summary>
    private void Match(int window)
    {
        if (matches.Length < window)
        {
            matches = new int[Math.Max(window, 2 * matches.Length)];
        }

        int At(int i) => tokens[count - 1 - i];
        var (left, right) = (0, 0);
        for (var i = 1; i < window; i++)
        {
            var length = i < right ? Math.Min(right - i, matches[i - left]) : 0;
            while (i + length < window && At(length) == At(i + length))
            {
                length++;
            }

            matches[i] = length;
            (left, right) = i + length > right ? (i, i + length) : (left, right);
        }
    }

    private void FollowBreakers(int token)
    {
        if (longestBreaker == 0)
        {
            return;
        }

        byte[] text = [.. tail, .. model.Text(token, special: true)];
        foreach (var breaker in breakers)
        {
            if (text.AsSpan().LastIndexOf(breaker) is >= 0 and var at && at + breaker.Length > tail.Length)
            {
                broken = count;
            }
        }

        tail = text[Math.Max(0, text.Length - longestBreaker + 1)..];
    }
}
