using Platform.Grammars;

namespace Platform.Templates.Tests.Output;

/// <summary>Some text a grammar allows: at random for a while, then the shortest way to an end.</summary>
internal static class Random_walk
{
    private const int Wanted = 60;

    public static byte[] Through(Grammar grammar, int seed)
    {
        var random = new Random(seed);
        var matcher = new GrammarMatcher(grammar);
        var (state, text) = (matcher.Start, new List<byte>());
        while (state.CanContinue && text.Count < Wanted)
        {
            var allowed = Enumerable.Range(0, 128).Where(code => !matcher.Follow(state, (byte)code).IsDead).ToArray();
            if (allowed.Length == 0)
            {
                break;
            }

            text.Add((byte)allowed[random.Next(allowed.Length)]);
            state = matcher.Follow(state, text[^1]);
        }

        return [.. text, .. ToEnd(matcher, state)];
    }

    private static List<byte> ToEnd(GrammarMatcher matcher, MatchState from)
    {
        var seen = new HashSet<MatchState> { from };
        var open = new Queue<(MatchState State, List<byte> Text)>([(from, [])]);
        while (open.TryDequeue(out var way))
        {
            if (way.State.CanEnd)
            {
                return way.Text;
            }

            matcher.Rest();
            foreach (var code in Enumerable.Range(0, 256))
            {
                if (matcher.Follow(way.State, (byte)code) is { IsDead: false } next && seen.Add(next))
                {
                    open.Enqueue((next, [.. way.Text, (byte)code]));
                }
            }
        }

        throw new InvalidOperationException("there is no end");
    }
}
