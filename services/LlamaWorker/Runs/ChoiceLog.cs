using System.Text;
using Platform.Contracts.Generations;
using Platform.Contracts.Runs;
using Platform.Inference.Engine;
using Platform.Inference.Samplers;
using Platform.Inference.Text;

namespace Platform.LlamaWorker.Runs;

/// <summary>
/// What one choice has made, in earlier runs too: its tokens with their text and times, and how much of it was sent. Grows by doubling, bounded by the context.
/// A token is kept back while its text is: what the next one or the end releases is then still the share of a token that is to be sent.
/// </summary>
internal sealed class ChoiceLog
{
    /// <summary>Most tokens a frame holds.</summary>
    public const int FrameTokens = 32;

    private readonly int _choice;
    private readonly int _earlier;
    private readonly TokenText _shown;
    private readonly ShownLogprobs? _logprobs;
    private readonly List<float?>? _mus;

    private int[] _tokens = new int[FrameTokens], _micros = new int[FrameTokens], _ends = new int[FrameTokens];
    private byte[] _text = new byte[4 * FrameTokens];
    private int _textLength;
    private int _sent;
    private FinishReason? _finish;
    private bool _finishSent;

    /// <param name="request">What it has of this choice was made by earlier runs.</param>
    public ChoiceLog(int choice, RunChat request, IEngineModel model, IReadOnlySet<int> shown)
    {
        var (sampling, soFar) = (request.Sampling, choice < request.SoFar.Count ? request.SoFar[choice] : []);
        _choice = choice;
        _shown = new TokenText(model, request.Stop, sampling.Extras?.MinTokens ?? 0) { Shown = shown };
        _logprobs = sampling.Logprobs is null ? null : new ShownLogprobs(model);
        _mus = sampling.Extras?.Mirostat is null ? null : [.. soFar.Select((_, i) => i + 1 == soFar.Length && choice < request.Mus.Count ? request.Mus[choice] : null)];
        for (var i = 0; i < soFar.Length; i++)
        {
            Keep(soFar[i], 0);
            _logprobs?.AppendKnown(choice < request.Logprobs.Count && i < request.Logprobs[choice].Count ? request.Logprobs[choice][i] : null);
        }

        _sent = _earlier = soFar.Length;
    }

    /// <summary>Tokens of this choice, those of earlier runs included.</summary>
    public int Count { get; private set; }

    /// <summary>Tokens of this run.</summary>
    public int Drawn => Count - _earlier;

    /// <summary>When the last token of this run came; 0 before the first.</summary>
    public long LastAt { get; private set; }

    /// <summary>Whether a stop string has been met, perhaps in an earlier run.</summary>
    public bool IsStopped => _shown.IsStopped;

    public bool IsFinished => _finish is not null;

    public FinishReason? Reason => _finish;

    /// <summary>How speculation did in this run; null: nothing was guessed.</summary>
    public Guesses? Guesses { get; set; }

    /// <summary>Tokens that can be sent and have not been.</summary>
    public int Pending => Sendable - _sent;

    public bool IsPending => Pending > 0 || (IsFinished && !_finishSent);

    private int Sendable => IsFinished || !_shown.IsHolding ? Count : _logprobs?.Certain ?? Count - 1;

    /// <summary>How likely the next token to be appended was.</summary>
    public void Score(in TokenScores scores) => _logprobs?.Next(scores);

    /// <summary>Mirostat's μ after the next token to be appended.</summary>
    public void Steer(float mu) => _mus?.Add(mu);

    /// <summary>True: the token completed a stop string.</summary>
    public bool Append(int token, int micros, long at)
    {
        var stopped = Keep(token, micros);
        _logprobs?.Append(token, _shown.Released.Length, isCertain: !_shown.IsHolding && !stopped);
        LastAt = at;
        return stopped;
    }

    private bool Keep(int token, int micros)
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
        return stopped;
    }

    public void Finish(FinishReason reason)
    {
        _finish = reason;
        _shown.End();
        KeepReleased();
        if (Drawn > 0) _ends[Count - 1] = _textLength;
        if (_shown.IsStopped) _logprobs?.HideStop();
    }

    /// <summary>Sends again from a position.</summary>
    public void SendFrom(int position)
    {
        _sent = Math.Clamp(position, 0, Count);
        _finishSent = false;
    }

    /// <summary>The next frame, while there is one pending.</summary>
    public Frame Next(string generation, int run)
    {
        var (from, to) = (_sent, Math.Max(_sent, Math.Min(Sendable, _sent + FrameTokens)));
        var last = IsFinished && to == Count;
        var (textFrom, textTo) = (TextBefore(from), last ? _textLength : TextBefore(to));
        var ends = _ends[from..to];
        for (var i = 0; i < ends.Length; i++) ends[i] -= textFrom;
        _sent = to;
        _finishSent |= last;
        return new Frame
        {
            GenerationId = generation,
            Run = run,
            Choice = _choice,
            From = from,
            Tokens = _tokens[from..to],
            Text = _text[textFrom..textTo],
            TextEnds = ends,
            Micros = _micros[from..to],
            Mu = to > 0 ? _mus?[to - 1] : null,
            Logprobs = _logprobs?.Of(from, to) ?? [],
            Finish = last ? _finish : null,
            StoppedBy = last ? _shown.StoppedBy : null,
            Guesses = last ? Guesses : null,
        };
    }

    /// <summary>A frame that brings nothing new: it finds out whether somebody takes frames, and shows them where they should be.</summary>
    public Frame Probe(string generation, int run) =>
        new() { GenerationId = generation, Run = run, Choice = _choice, From = _sent, Finish = _finishSent ? _finish : null, StoppedBy = _finishSent ? _shown.StoppedBy : null };

    public ChoiceContent Content() => new(Encoding.UTF8.GetString(_text.AsSpan(0, _textLength)), _tokens[..Count], _micros[..Count]) { TextEnds = _ends[..Count], Logprobs = _logprobs?.Of(0, Count) ?? [] };

    private int TextBefore(int token) => token == 0 ? 0 : _ends[token - 1];

    private void KeepReleased()
    {
        var released = _shown.Released;
        if (_textLength + released.Length > _text.Length) Array.Resize(ref _text, Math.Max(2 * _text.Length, _textLength + released.Length));
        released.CopyTo(_text.AsSpan(_textLength));
        _textLength += released.Length;
    }
}
