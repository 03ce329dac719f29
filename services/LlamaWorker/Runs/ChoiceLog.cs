using Platform.Contracts.Runs;
using Platform.Inference.Engine;
using Platform.Inference.Samplers;
using Platform.Inference.Text;

namespace Platform.LlamaWorker.Runs;

/// <summary>
/// What one choice of a run has made: its tokens with their text and times, and how much of it was sent. Grows by doubling, bounded by the context.
/// A token is kept back while its text is: what the next one or the end releases is then still the share of a token that is to be sent.
/// </summary>
internal sealed class ChoiceLog
{
    /// <summary>Most tokens a frame holds.</summary>
    public const int FrameTokens = 32;

    private readonly int _choice;
    private readonly int _base;
    private readonly TokenText _shown;
    private readonly ShownLogprobs? _logprobs;

    private int[] _tokens = new int[FrameTokens], _micros = new int[FrameTokens], _ends = new int[FrameTokens];
    private byte[] _text = new byte[4 * FrameTokens];
    private int _textLength;
    private int _sent;
    private FinishReason? _finish;
    private bool _finishSent;

    public ChoiceLog(int choice, int[] soFar, IEngineModel model, IReadOnlyList<string> stop, Sampling sampling, IReadOnlySet<int> shown)
    {
        (_choice, _base) = (choice, soFar.Length);
        _shown = new TokenText(model, stop, sampling.Extras?.MinTokens ?? 0) { Shown = shown };
        _logprobs = sampling.Logprobs is null ? null : new ShownLogprobs(model);
        foreach (var token in soFar) _shown.Add(token);
    }

    /// <summary>Tokens of this run.</summary>
    public int Count { get; private set; }

    /// <summary>Position after the last token, those of earlier runs included.</summary>
    public int End => _base + Count;

    /// <summary>When the last token came; 0 before the first.</summary>
    public long LastAt { get; private set; }

    /// <summary>Whether a stop string has been met, perhaps in an earlier run.</summary>
    public bool IsStopped => _shown.IsStopped;

    public bool IsFinished => _finish is not null;

    /// <summary>Tokens that can be sent and have not been.</summary>
    public int Pending => Sendable - _sent;

    public bool IsPending => Pending > 0 || (IsFinished && !_finishSent);

    private int Sendable => IsFinished || !_shown.IsHolding ? Count : _logprobs?.Certain ?? Count - 1;

    /// <summary>How likely the next token to be appended was.</summary>
    public void Score(in TokenScores scores) => _logprobs?.Next(scores);

    /// <summary>True: the token completed a stop string.</summary>
    public bool Append(int token, int micros, long at)
    {
        if (Count == _tokens.Length)
        {
            Array.Resize(ref _tokens, 2 * Count);
            Array.Resize(ref _micros, 2 * Count);
            Array.Resize(ref _ends, 2 * Count);
        }

        var stopped = _shown.Add(token);
        KeepReleased();
        (_tokens[Count], _micros[Count], _ends[Count]) = (token, micros, _textLength);
        Count++;
        _logprobs?.Append(token, _shown.Released.Length, isCertain: !_shown.IsHolding && !stopped);
        LastAt = at;
        return stopped;
    }

    public void Finish(FinishReason reason)
    {
        _finish = reason;
        _shown.End();
        KeepReleased();
        if (Count > 0) _ends[Count - 1] = _textLength;
        if (_shown.IsStopped) _logprobs?.HideStop();
    }

    /// <summary>Sends again from a position.</summary>
    public void SendFrom(int position)
    {
        _sent = Math.Clamp(position - _base, 0, Count);
        _finishSent = false;
    }

    /// <summary>The next frame, while there is one pending.</summary>
    public Frame Next(string generation, int run)
    {
        var (from, to) = (_sent, Math.Max(_sent, Math.Min(Sendable, _sent + FrameTokens)));
        var last = IsFinished && to == Count;
        var (textFrom, textTo) = (from == 0 ? 0 : _ends[from - 1], last ? _textLength : to == 0 ? 0 : _ends[to - 1]);
        var ends = _ends[from..to];
        for (var i = 0; i < ends.Length; i++) ends[i] -= textFrom;
        _sent = to;
        _finishSent |= last;
        return new Frame
        {
            GenerationId = generation,
            Run = run,
            Choice = _choice,
            From = _base + from,
            Tokens = _tokens[from..to],
            Text = _text[textFrom..textTo],
            TextEnds = ends,
            Micros = _micros[from..to],
            Logprobs = _logprobs?.Of(from, to) ?? [],
            Finish = last ? _finish : null,
        };
    }

    private void KeepReleased()
    {
        var released = _shown.Released;
        if (_textLength + released.Length > _text.Length) Array.Resize(ref _text, Math.Max(2 * _text.Length, _textLength + released.Length));
        released.CopyTo(_text.AsSpan(_textLength));
        _textLength += released.Length;
    }
}
