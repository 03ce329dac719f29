namespace Platform.Inference.Batching;

/// <summary>What the next decode reads: one token of every running sequence, and the prompts' chunks, shared evenly.</summary>
internal sealed class StepPlan(int slots, int chunk, Pace pace)
{
    /// <summary>Most prompt tokens a step scores: each takes an output row.</summary>
    public const int Scored = 16;

    /// <summary>Most guessed tokens a step reads: each takes an output row.</summary>
    public const int Guessed = 16;

    private readonly Part[] parts = new Part[slots];

    public int Count { get; private set; }

    /// <summary>Tokens in all parts.</summary>
    public int Tokens { get; private set; }

    /// <summary>Sequences that get one token, besides those that join.</summary>
    public int Running { get; private set; }

    /// <summary>Tokens of prompts, but for those whose last one alone was left.</summary>
    public int Read { get; private set; }

    public Span<Part> Parts => parts.AsSpan(0, Count);

    /// <param name="active">Oldest first: where the chunk is smaller than the number of prompts, they come first.</param>
    public void Build(List<Sequence> active)
    {
        Clear();
        var reading = 0;
        foreach (var sequence in active)
        {
            var readable = sequence.Readable;
            if (readable > 0)
            {
                var tokens = readable == 1 ? 1 + sequence.Draft.Count : 0;
                parts[Count++] = new Part { Sequence = sequence, Slot = sequence.Slot!, Tokens = tokens, Row = -1, ScoredRow = -1 };
                Tokens += tokens;
                reading += readable > 1 ? 1 : 0;
            }
        }

        Running = Count - reading;
        var scored = Scored;
        for (var left = pace.Chunk(Running, chunk); left > 0 && reading > 0;)
        {
            var share = Math.Max(1, left / reading);
            reading = 0;
            foreach (ref var part in Parts)
            {
                var unread = part.Sequence.Readable - part.Tokens;
                var given = Math.Min(Math.Min(share, left), unread);
                if (part.Sequence.ScoresPrompt)
                {
                    given = Math.Min(given, scored);
                    scored -= given;
                }

                part.Tokens += given;
                Tokens += given;
                Read += given;
                left -= given;
                reading += unread > given && !(part.Sequence.ScoresPrompt && scored == 0) ? 1 : 0;
            }
        }
    }

    /// <summary>A choice that draws from the row of another.</summary>
    public void Join(Sequence sequence, int row) => parts[Count++] = new Part { Sequence = sequence, Slot = sequence.Slot!, Row = row, ScoredRow = -1 };

    public void Clear()
    {
        parts.AsSpan(0, Count).Clear();
        (Count, Tokens, Running, Read) = (0, 0, 0, 0);
    }

    public record struct Part
    {
        public Sequence Sequence { get; init; }
        /// <summary>The sequence's, also when it has ended.</summary>
        public Slot Slot { get; init; }

        /// <summary>Guessed ones included.</summary>
        public int Tokens { get; set; }

        /// <summary>Output row of the sequence's last token, −1 when the prompt is not read to the end; those of guesses follow.</summary>
        public int Row { get; set; }

        /// <summary>Output row of the first of its tokens, where they score the prompt; else −1.</summary>
        public int ScoredRow { get; set; }
    }
}
