using Platform.Inference.Grammars;
using Platform.Inference.Speculation;

namespace Platform.Inference.Batching;

/// <summary>One choice of a generation: its tokens, prompt first, and where it stands. Owned by the engine's thread.</summary>
internal sealed class Sequence
{
    private int[] tokens;

    public Sequence(Generation generation, int choice, Roster roster)
    {
        Generation = generation;
        Choice = choice;
        Roster = roster;
        var request = generation.Request;
        Band = request.Band;
        PromptLength = request.Prompt.Length;
        tokens = choice < request.SoFar.Count ? [.. request.Prompt, .. request.SoFar[choice]] : [.. request.Prompt];
        Count = tokens.Length;
        Mu = (choice < request.Mus.Count ? request.Mus[choice] : null) ?? request.Sampling.Extras?.Mirostat?.FirstMu ?? 0;
        Limit = (int)Math.Min(generation.ContextLength, (long)PromptLength + (request.MaxTokens ?? int.MaxValue));
    }

    public Generation Generation { get; }
    public int Choice { get; }

    /// <summary>Where it runs or waits.</summary>
    public Roster Roster { get; }
    public int PromptLength { get; }

    /// <summary>The request's, or a lower one when it has waited long.</summary>
    public int Band { get; set; }

    /// <summary>Step of its roster at which it last began to wait or was given a lower band.</summary>
    public long WaitsSince { get; set; }

    /// <summary>Prompt and output.</summary>
    public int Count { get; private set; }

    /// <summary>Prompt and output may come to this.</summary>
    public int Limit { get; }

    public int[] Buffer => tokens;
    public ReadOnlySpan<int> Tokens => tokens.AsSpan(0, Count);
    public ReadOnlySpan<int> Prompt => tokens.AsSpan(0, PromptLength);
    public ReadOnlySpan<int> Output => tokens.AsSpan(PromptLength, Count - PromptLength);
    public int Generated => Count - PromptLength;

    /// <summary>Mirostat's μ, before the next token.</summary>
    public float Mu { get; set; }

    /// <summary>Which tokens may come next; null: any.</summary>
    public TokenConstraint? Constraint { get; set; }

    public Slot? Slot { get; set; }

    /// <summary>What is guessed to come next.</summary>
    public Draft Draft { get; } = new();
    public bool Done { get; set; }

    /// <summary>The sequence that reads the first <see cref="Shared"/> tokens for this one too, until it has.</summary>
    public Sequence? Leader { get; set; }

    public int Shared { get; set; }

    /// <summary>Prompt tokens its generation had not to read, since it was last given a slot.</summary>
    public int Cached { get; set; }

    public bool IsPaused => Generated >= Generation.Allowance;

    /// <summary>Whether the tokens of its prompt are still to be scored.</summary>
    public bool ScoresPrompt { get; set; }

    /// <summary>Cells it will take to read what it has.</summary>
    public int Outstanding => Leader is null ? Pending : Count - Shared;

    /// <summary>Tokens not in the cache yet; a running sequence has one, the last drawn.</summary>
    public int Pending => Count - Slot!.Length;

    /// <summary>Tokens the next step may read: reading the last one draws the next, which a pause forbids.</summary>
    public int Readable => Leader is not null ? 0 : IsDeterministic ? ReadableAlike : InParts(IsPaused ? Pending - 1 : Pending);

    /// <summary>Output that was made before, a token a step, is read in no long run (<see cref="Engine.ContextInfo.LongRun"/>) either, nor together with its prompt: the run goes on as if it had never ended.</summary>
    private int InParts(int pending) => Count == PromptLength || pending <= 1 ? pending : Math.Min(pending, Slot!.Length < PromptLength ? PromptLength - Slot.Length : Roster.Slots.LongRun - 1);

    private bool IsDeterministic => Generation.Request.Sampling.Deterministic;

    /// <summary>The same parts every time, also when it is read again: the prompt by itself, then a token a step.</summary>
    private int ReadableAlike => IsPaused ? 0 : Math.Min(Pending, Math.Max(1, PromptLength - Slot!.Length));

    public void Append(int token)
    {
        if (Count == tokens.Length)
        {
            Array.Resize(ref tokens, Math.Max(Count + 64, Math.Min(Limit, Count * 2)));
            Slot!.Tokens = tokens;
        }

        tokens[Count++] = token;
    }

    public static int ByAge(Sequence a, Sequence b)
    {
        var order = a.Generation.Order.CompareTo(b.Generation.Order);
        return order != 0 ? order : a.Choice.CompareTo(b.Choice);
    }
}
