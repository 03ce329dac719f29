using Platform.Grammars;

namespace Platform.Inference.Grammars;

/// <summary>Which tokens may come next in one choice. Its state follows from the tokens so far alone, so a continued choice is held to what it was held to before.</summary>
internal sealed class TokenConstraint
{
    private readonly TokenTrie tokens;
    private readonly GrammarMatcher matcher;
    private readonly TriggerScan? scan;
    private readonly HashSet<int> hidden;
    private readonly MatchState[] path;
    private MatchState state;
    private bool applies;

    public TokenConstraint(OutputGrammar grammar, TokenTrie tokens)
    {
        this.tokens = tokens;
        matcher = new GrammarMatcher(grammar.Grammar);
        state = matcher.Start;
        applies = grammar.Triggers.Length == 0;
        scan = applies ? null : new TriggerScan(grammar.Triggers);
        path = new MatchState[tokens.Depth + 1];
        hidden = tokens.ControlTokensExcept(grammar.Shown);
    }

    /// <summary>Nothing but the end may come.</summary>
    public bool MustEnd => applies && state is { CanEnd: true, CanContinue: false };

    /// <summary>Whether the end may come.</summary>
    public bool CanEnd => !applies || state.CanEnd;

    /// <summary>Tokens that end a generation.</summary>
    public ReadOnlySpan<int> Ends => tokens.Ends;

    /// <exception cref="GrammarException">There are too many ways to read the text.</exception>
    public bool Accepts(int token)
    {
        matcher.Rest();
        return Allows(token);
    }

    /// <summary>Takes a token that is accepted. False: it is not.</summary>
    public bool Advance(int token)
    {
        if (!Accepts(token))
        {
            return false;
        }

        if (IsEnd(token))
        {
            return true;
        }

        var bytes = Text(token);
        if (applies)
        {
            state = matcher.Follow(state, bytes);
        }
        else if (scan!.Look(bytes) is { } found)
        {
            applies = true;
            state = matcher.Follow(matcher.Follow(state, found.Trigger), bytes[found.Taken..]);
        }
        else
        {
            scan.Add(bytes);
        }

        return true;
    }

    /// <summary>Puts −∞ for what may not come. False: nothing may.</summary>
    public bool Mask(Span<float> logits)
    {
        matcher.Rest();
        var allowed = applies ? Allowed() : AllowedBefore();
        var any = false;
        for (var token = 0; token < logits.Length; token++)
        {
            if ((allowed[token >> 6] >> (token & 63) & 1) == 0)
            {
                logits[token] = float.NegativeInfinity;
            }
            else
            {
                any |= logits[token] > float.NegativeInfinity;
            }
        }

        return any;
    }

    private bool Allows(int token)
    {
        if (!applies)
        {
            return IsEnd(token) || scan!.Look(Text(token)) is not { } found
                || !matcher.Follow(matcher.Follow(state, found.Trigger), Text(token)[found.Taken..]).IsDead;
        }

        if (IsEnd(token))
        {
            return state.CanEnd;
        }

        var bytes = Text(token);
        return bytes.Length > 0 && !matcher.Follow(state, bytes).IsDead;
    }

    private bool IsEnd(int token) => Array.IndexOf(tokens.Ends, token) >= 0;

    /// <summary>Empty for control tokens that stay hidden.</summary>
    private ReadOnlySpan<byte> Text(int token) => hidden.Contains(token) ? [] : tokens.Bytes(token);

    private ulong[] AllowedBefore()
    {
        var allowed = new ulong[(tokens.Vocabulary + 63) / 64];
        for (var token = 0; token < tokens.Vocabulary; token++)
        {
            if (Allows(token))
            {
                allowed[token >> 6] |= 1UL << (token & 63);
            }
        }

        return allowed;
    }

    /// <summary>Walks the vocabulary's tree, leaving out what begins with something refused. Kept with the state: in the midst of a string it stays the same.</summary>
    private ulong[] Allowed()
    {
        if (state.Note is ulong[] kept)
        {
            return kept;
        }

        var allowed = new ulong[(tokens.Vocabulary + 63) / 64];
        var walk = tokens.Walk;
        path[0] = state;
        for (var i = 0; i < walk.Length;)
        {
            ref readonly var node = ref walk[i];
            var next = matcher.Follow(path[node.Depth], node.Byte);
            if (next.IsDead)
            {
                i = node.After;
                continue;
            }

            path[node.Depth + 1] = next;
            for (var token = node.Token; token >= 0; token = tokens.Next(token))
            {
                allowed[token >> 6] |= 1UL << (token & 63);
            }

            i++;
        }

        foreach (var token in hidden)
        {
            allowed[token >> 6] &= ~(1UL << (token & 63));
        }

        foreach (var token in state.CanEnd ? tokens.Ends : [])
        {
            allowed[token >> 6] |= 1UL << (token & 63);
        }

        state.Note = allowed;
        return allowed;
    }
}
