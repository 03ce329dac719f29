using System.Diagnostics;
using Platform.Catalog;
using Platform.Contracts.Runs;
using Platform.Grammars;
using Platform.Inference.Batching;
using Platform.Templates;

namespace Platform.LlamaWorker.Runs;

/// <summary>The run's own task: prepares the prompt, then sends frames until the run is closed.</summary>
internal sealed partial class Run
{
    private async Task Send()
    {
        try
        {
            if (await _model.Use(_left.Token)) Begin();
            else Fail(new RunError(RunErrorKind.WorkerUnavailable, "model_not_loaded", $"The worker has just unloaded {_request.Model}."));
        }
        catch (OperationCanceledException)
        {
            Fail(new RunError(RunErrorKind.WorkerUnavailable, "cancelled", "The run was cancelled while its model was being loaded."));
        }
        catch (TemplateException refused)
        {
            Fail(new RunError(RunErrorKind.InvalidRequest, "invalid_messages", refused.Message, "messages"));
        }
        catch (GrammarException refused)
        {
            Fail(new RunError(RunErrorKind.InvalidRequest, "invalid_grammar", refused.Message));
        }
        catch (Exception unexpected)
        {
            Log.RunNotStarted(_logger, unexpected, _request.GenerationId, _request.Model);
            Fail(new RunError(RunErrorKind.Engine, "engine_error", "The model could not start on this request."));
        }

        while (true)
        {
            await NextDue();
            string address;
            bool closed, finished;
            lock (_gate)
            {
                (address, closed) = (_replyTo, _closed);
                if (!closed) CollectFrames();
                finished = _finishedAt is not null;
            }

            if (closed) break;
            await SendFrames(address);
            if (finished) _delivered.TrySetResult();
        }

        _delivered.TrySetResult();
    }

    /// <summary>The engine is used here; later only by the batcher, which ends before it. The model stays in memory until the run has ended.</summary>
    private void Begin()
    {
        try
        {
            lock (_gate)
            {
                if (_finishedAt is not null) return;
                _model.UseLonger();
                _keepsModel = true;
            }

            Submit();
        }
        finally
        {
            _model.EndUse();
        }
    }

    private void Submit()
    {
        if (_request.Plain?.Suffix is not null && !_model.Prompt.FillsInTheMiddle)
        {
            Fail(new RunError(RunErrorKind.InvalidRequest, "unsupported_parameter", $"Unsupported parameter: 'suffix' is not supported with the model '{_request.Model}': it has no fill-in-the-middle tokens.", "suffix"));
            return;
        }

        var prompt = _request.Plain is { } plain ? _model.Prompt.Tokens(plain) : _model.Prompt.Tokens(_request.Conversation ?? new Conversation("[]"), _request.Now);
        var shown = _model.Vocabulary.ControlTokens(_request.ShownTokens);
        var grammar = _request.Constraint is { } constraint ? _model.Grammars.Of(constraint, shown) : null;
        var scores = _request.Plain is { Echo: true } && _request.Sampling.Logprobs is not null && _request.SoFar.All(tokens => tokens.Length == 0);
        int[] ended;
        lock (_gate)
        {
            if (_request.Plain is { Echo: true }) (_prompt, _promptLogprobs) = (prompt, new TokenLogprob?[scores ? prompt.Length : 0]);
            _began = Stopwatch.GetTimestamp();
            _choices = [.. Enumerable.Range(0, _request.Choices).Select(i => new ChoiceLog(i, _request, _model.Engine, shown))];
            ended = [.. Enumerable.Range(0, _request.Choices).Where(i => _choices[i].IsStopped)];
        }

        // a stop string that an earlier run completed is known here only
        foreach (var choice in ended) End(choice, FinishReason.Stop);
        if (ended.Length == _request.Choices) return;

        var sequence = _model.Batcher.Submit(new SequenceRequest
        {
            Prompt = prompt,
            Sampling = _request.Sampling,
            Choices = _request.Choices,
            MaxTokens = _request.MaxTokens,
            Allowance = scores ? Math.Max(1, _request.Allowance) : _request.Allowance,
            ScorePrompt = scores,
            PromptField = _request.Plain is null ? "messages" : "prompt",
            SoFar = _request.SoFar,
            Mus = _request.Mus,
            Prediction = _model.Batcher.Options.Speculation is not null && _request.Prediction is { } text ? _model.Prompt.Tokens(new PlainPrompt(text)) : [],
            Grammar = grammar,
            Ended = ended,
            Band = _request.Band,
            Tenant = _model.Entry.CacheSharing == CacheSharing.Project ? _request.ProjectId : "",
            Sink = this,
        });
        int allowance;
        bool final, cancelled;
        lock (_gate)
        {
            _sequence = sequence;
            (allowance, final, cancelled) = (_allowance, _allowanceFinal, _cancelled || _error is not null);
        }

        if (final || allowance > _request.Allowance) sequence.Allow(allowance, final);
        if (cancelled) sequence.Cancel();
    }

    /// <summary>Waits until something is to be sent: at once after a pause, else when the pace or a full frame says so.</summary>
    private async Task NextDue()
    {
        if (await _wake.WaitAsync(Pace)) return;
        lock (_gate)
        {
            if (IsAnythingPending()) return;
            _due = 1;
        }

        await _wake.WaitAsync();
    }

    private bool IsAnythingPending() => _adopted || _probing || (_error is not null && !_errorSent) || Array.Exists(_choices, choice => choice.IsPending);

    private void CollectFrames()
    {
        _due = ChoiceLog.FrameTokens;
        if (_adopted) _outgoing.Add(Empty() with { From = 0, Adopted = _request with { SoFar = [], Mus = [], Logprobs = [], Allowance = _allowance, Record = RecordSoFar() } });
        if (_probing) _outgoing.AddRange(_choices.Length == 0 ? [Empty()] : _choices.Where(choice => !choice.IsPending).Select(choice => choice.Probe(_request.GenerationId, _request.Run)));
        _adopted = _probing = false;
        foreach (var choice in _choices)
        {
            while (choice.IsPending)
            {
                var frame = choice.Next(_request.GenerationId, _request.Run);
                _outgoing.Add(_startedSent || _started is null ? frame : frame with { Started = _started });
                _startedSent |= _started is not null;
            }
        }

        if (_error is null || _errorSent) return;
        _outgoing.Add(Empty() with { Error = _error });
        _errorSent = true;
    }

    private RunRecord? RecordSoFar() => _request.Record is { } record ? record with { Figures = record.Figures with { FirstTokenMs = FirstTokenMs(record.Figures) } } : null;

    private Frame Empty() => new() { GenerationId = _request.GenerationId, Run = _request.Run, Choice = 0, From = _choices.Length > 0 ? _choices[0].Count : _request.SoFar.Count > 0 ? _request.SoFar[0].Length : 0 };

    private async Task SendFrames(string address)
    {
        foreach (var frame in _outgoing)
        {
            bool reached;
            try
            {
                reached = await _frames.Send(address, frame, CancellationToken.None);
            }
            catch (Exception lost)
            {
                Log.FrameLost(_logger, lost, _request.GenerationId);
                reached = false;
            }

            lock (_gate)
            {
                if (_replyTo == address) _unreachableSince = reached ? null : _unreachableSince ?? _clock.GetTimestamp();
            }
        }

        if (_outgoing.Count > 0) Touch();
        _outgoing.Clear();
    }

    private void Touch()
    {
        lock (_gate) _contactAt = _clock.GetTimestamp();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{GenerationId} could not be started on {Model}")]
        public static partial void RunNotStarted(ILogger logger, Exception exception, string generationId, string model);

        [LoggerMessage(2, LogLevel.Warning, "A frame of {GenerationId} was lost")]
        public static partial void FrameLost(ILogger logger, Exception exception, string generationId);
    }
}
