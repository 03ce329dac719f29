namespace Platform.Inference.Speculation;

/// <summary>What is guessed of one sequence, and how well its guesses did.</summary>
internal sealed class Draft
{
    /// <summary>Acceptance that a new sequence is trusted to have.</summary>
    private const double Prior = 0.6;

    /// <summary>Weight of a new observation.</summary>
    private const double Weight = 0.1;

    private const double Surest = 0.99;

    /// <summary>How fast the past is forgotten while nothing is guessed.</summary>
    private const double Forgetting = 0.01;

    private int[] tokens = [];
    private bool missed;

    /// <summary>How many guesses are asked for.</summary>
    public int Wanted { get; private set; }

    /// <summary>How many are there.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them were drawn, from the first on.</summary>
    public int Right { get; private set; }

    /// <summary>Right guesses, and those read for nothing, of all steps.</summary>
    public int Accepted { get; private set; }
    public int Rejected { get; private set; }

    /// <summary>Chance of a guess to be right, if those before it were.</summary>
    public double Acceptance { get; private set; } = Prior;

    public int this[int index] => tokens[index];

    public void Want(int count)
    {
        (Wanted, Count, Right, missed) = (count, 0, 0, false);
        if (tokens.Length < count)
        {
            tokens = new int[count];
        }
    }

    public void Add(int token) => tokens[Count++] = token;

    public void Add(ReadOnlySpan<int> more)
    {
        more = more[..Math.Min(more.Length, Wanted - Count)];
        more.CopyTo(tokens.AsSpan(Count));
        Count += more.Length;
    }

    public void Drop() => Count = 0;

    /// <summary>A token was drawn where the next guess stands.</summary>
    public void Drawn(int token)
    {
        if (missed || Right == Count)
        {
            return;
        }

        if (tokens[Right] == token)
        {
            Right++;
            Accepted++;
            Learn(1);
        }
        else
        {
            Learn(0);
            Miss();
        }
    }

    /// <summary>Nothing more is drawn.</summary>
    public void End()
    {
        if (!missed)
        {
            Miss();
        }
    }

    /// <summary>A step without guesses.</summary>
    public void Rest() => Acceptance += Forgetting * (Prior - Acceptance);

    private void Miss()
    {
        missed = true;
        Rejected += Count - Right;
    }

    private void Learn(int right) => Acceptance = Math.Min(Surest, Acceptance + (Weight * (right - Acceptance)));
}
