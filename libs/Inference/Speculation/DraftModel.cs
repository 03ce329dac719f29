using Platform.Inference.Batching;
using Platform.Inference.Engine;
using Platform.Inference.Samplers;

namespace Platform.Inference.Speculation;

/// <summary>Guesses with a smaller model of the same vocabulary, drawn with the very random numbers that the sequence's own draws will use: where both models agree, so do the draws.</summary>
internal sealed class DraftModel : IDrafter
{
    private readonly IEngineContext context;
    private readonly Sampler sampler;

    /// <summary>What the context holds of each slot.</summary>
    private readonly List<int>[] held;

    private readonly int[] rows;

    /// <summary>Throws <see cref="EngineException"/> when the engine can't give a context.</summary>
    public DraftModel(IEngineModel model, in ContextSpec spec)
    {
        context = model.CreateContext(spec);
        sampler = new Sampler(model.Info.Vocabulary);
        held = [.. Enumerable.Range(0, spec.Sequences).Select(_ => new List<int>())];
        rows = new int[spec.Sequences];
    }

    public void Propose(IReadOnlyList<Sequence> sequences)
    {
        foreach (var sequence in sequences)
        {
            Keep(sequence.Slot!.Id, sequence.Tokens);
        }

        if (!Read(sequences))
        {
            return;
        }

        for (var more = true; more;)
        {
            more = false;
            context.Batch.Clear();
            foreach (var sequence in sequences)
            {
                var (draft, slot) = (sequence.Draft, sequence.Slot!.Id);
                if (draft.Count > 0 && draft.Count < draft.Wanted)
                {
                    rows[slot] = Add(slot, draft[draft.Count - 1], output: true);
                    more = true;
                }
                else
                {
                    rows[slot] = -1;
                }
            }

            if (more && !Decode(sequences))
            {
                return;
            }
        }
    }

    public void Dispose() => context.Dispose();

    /// <summary>Drops what the sequence does not say; its last token is always read anew, since what comes after it is to be guessed.</summary>
    private void Keep(int slot, ReadOnlySpan<int> tokens)
    {
        var common = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(held[slot]).CommonPrefixLength(tokens[..^1]);
        if (common < held[slot].Count)
        {
            common = context.Trim(slot, common) ? common : 0;
            if (common == 0)
            {
                context.Trim(slot, 0);
            }

            held[slot].RemoveRange(common, held[slot].Count - common);
        }
    }

    /// <summary>Reads what the context lacks of each, as many together as fit, and guesses a first token. False: there is no room.</summary>
    private bool Read(IReadOnlyList<Sequence> sequences)
    {
        for (var unread = true; unread;)
        {
            unread = false;
            context.Batch.Clear();
            foreach (var sequence in sequences)
            {
                var slot = sequence.Slot!.Id;
                rows[slot] = -1;
                while (held[slot].Count < sequence.Count && context.Batch.Count < context.Batch.Capacity)
                {
                    rows[slot] = Add(slot, sequence.Tokens[held[slot].Count], output: held[slot].Count == sequence.Count - 1);
                }

                unread |= held[slot].Count < sequence.Count;
            }

            if (context.Batch.Count > 0 && !Decode(sequences))
            {
                return false;
            }
        }

        return true;
    }

    private int Add(int slot, int token, bool output)
    {
        var row = context.Batch.Add(token, held[slot].Count, slot, output);
        held[slot].Add(token);
        return row;
    }

    /// <summary>Decodes, and draws a guess for each that has a row. False: no room even without the caches of others; nothing is guessed.</summary>
    private bool Decode(IReadOnlyList<Sequence> sequences)
    {
        var status = context.Decode();
        if (status == DecodeStatus.NoRoom && ForgetOthers(sequences))
        {
            status = context.Decode();
        }

        if (status != DecodeStatus.Ok)
        {
            foreach (var slot in sequences.Select(sequence => sequence.Slot!.Id))
            {
                context.Trim(slot, 0);
                held[slot].Clear();
            }

            return false;
        }

        foreach (var sequence in sequences)
        {
            if (rows[sequence.Slot!.Id] is var row and >= 0)
            {
                var draft = sequence.Draft;
                draft.Add(sampler.Guess(context.Logits(row), sequence.Generation.Request.Sampling, sequence.Choice, sequence.Generated + draft.Count));
            }
        }

        return true;
    }

    private bool ForgetOthers(IReadOnlyList<Sequence> sequences)
    {
        var forgot = false;
        for (var slot = 0; slot < held.Length; slot++)
        {
            if (held[slot].Count > 0 && !sequences.Any(sequence => sequence.Slot!.Id == slot))
            {
                context.Trim(slot, 0);
                held[slot].Clear();
                forgot = true;
            }
        }

        return forgot;
    }
}
