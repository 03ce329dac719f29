using Platform.Contracts.Runs;
using Platform.Inference.Engine;
using Platform.Inference.Samplers;

namespace Platform.LlamaWorker.Runs;

/// <summary>
/// Log-probabilities of one choice's tokens as the client sees them: none for a token without text, nor for those of a stop string.
/// While text is held back it is not certain which they are.
/// </summary>
internal sealed class ShownLogprobs(IEngineModel model)
{
    private readonly List<TokenLogprob?> _tokens = [];

    /// <summary>Bytes of each token since <see cref="Certain"/>, and how many bytes were released of them.</summary>
    private readonly List<int> _held = [];
    private int _released;
    private TokenScores _next;

    /// <summary>Tokens before the first whose text is held back.</summary>
    public int Certain { get; private set; }

    public void Next(in TokenScores scores) => _next = scores;

    /// <param name="released">Bytes of text that the token released.</param>
    public void Append(int token, int released, bool isCertain)
    {
        var length = model.IsEnd(token) ? 0 : model.Text(token, special: false).Length;
        _tokens.Add(length == 0 ? null : Described(token));
        _held.Add(length);
        _released += released;
        if (!isCertain) return;
        Certain = _tokens.Count;
        _held.Clear();
        _released = 0;
    }

    /// <summary>A token of an earlier run.</summary>
    public void AppendKnown(TokenLogprob? logprob)
    {
        _tokens.Add(logprob);
        Certain = _tokens.Count;
    }

    /// <summary>A stop string was met: of the tokens held back those are seen that began before it.</summary>
    public void HideStop()
    {
        var start = 0;
        for (var i = 0; i < _held.Count; start += _held[i++])
        {
            if (start >= _released) _tokens[Certain + i] = null;
        }
    }

    public TokenLogprob?[] Of(int from, int to) => [.. _tokens[from..to]];

    private TokenLogprob Described(int token) => Described(model, token, _next);

    public static TokenLogprob Described(IEngineModel model, int token, in TokenScores scores) =>
        new(scores.Logprob, model.Text(token, special: true), [.. scores.Top.Select(top => new RankedToken(top.Logprob, model.Text(top.Token, special: true)))]);
}
