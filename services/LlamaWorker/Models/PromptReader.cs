using System.Threading.Channels;
using Platform.Contracts.Runs;
using Platform.Inference.Engine;
using Platform.Messaging.Frames;
using Platform.Templates;

namespace Platform.LlamaWorker.Models;

/// <summary>Tells gateways how a model reads prompts, one after the other and beside the runs.</summary>
internal sealed partial class PromptReader(HostedModels models, IFrameSender frames, WorkerIdentity me, TimeProvider clock, ILogger<PromptReader> logger) : BackgroundService
{
    private const int Most = 64;

    private readonly Channel<ReadPrompt> _prompts = Channel.CreateBounded<ReadPrompt>(new BoundedChannelOptions(Most) { SingleReader = true });

    public ValueTask Accept(ReadPrompt prompt) => _prompts.Writer.TryWrite(prompt)
        ? default
        : Answer(prompt, new RunError(RunErrorKind.WorkerUnavailable, "worker_unavailable", $"Worker {me.Id} has {Most} prompts to read already."));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var prompt in _prompts.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await Read(prompt, stoppingToken);
            }
            catch (TemplateException refused)
            {
                await Answer(prompt, new RunError(RunErrorKind.InvalidRequest, "invalid_messages", refused.Message, "messages"));
            }
            catch (Exception unexpected)
            {
                Log.PromptNotRead(logger, unexpected, prompt.Id, prompt.Model);
                await Answer(prompt, new RunError(RunErrorKind.Engine, "engine_error", "The model could not read this prompt."));
            }
        }
    }

    private async ValueTask Read(ReadPrompt prompt, CancellationToken stopping)
    {
        if (models.Find(prompt.Model) is not { } model || !await model.Use(stopping))
        {
            await Answer(prompt, new RunError(RunErrorKind.WorkerUnavailable, "model_not_loaded", $"Worker {me.Id} has not loaded {prompt.Model}."));
            return;
        }

        Frame answer;
        try
        {
            var vocabulary = model.Engine.Info.Vocabulary;
            var tokens = Tokens(model.Prompt, prompt);
            answer = Array.FindIndex(tokens, token => (uint)token >= (uint)vocabulary) is >= 0 and var wrong
                ? Refusal(prompt, new RunError(RunErrorKind.InvalidRequest, "invalid_value", $"Token {tokens[wrong]} is not in the model's vocabulary of {vocabulary}.", "tokens"))
                : Reading(prompt, model, tokens);
        }
        finally
        {
            model.EndUse();
        }

        await frames.Send(prompt.ReplyTo, answer, CancellationToken.None);
    }

    private int[] Tokens(PromptWriter writer, ReadPrompt prompt) =>
        prompt.Conversation is { } conversation ? writer.Tokens(conversation, clock.GetLocalNow())
        : prompt.Plain is { Tokens: null, Text: { } text } ? writer.Tokenize(text, prompt.AddSpecial, prompt.ParseSpecial)
        : writer.Tokens(prompt.Plain ?? new PlainPrompt(""));

    private Frame Reading(ReadPrompt prompt, HostedModel model, int[] tokens)
    {
        using var text = new MemoryStream();
        var ends = new int[tokens.Length];
        for (var i = 0; i < tokens.Length; i++)
        {
            text.Write(model.Engine.Text(tokens[i], special: true));
            ends[i] = (int)text.Length;
        }

        return Blank(prompt) with { Tokens = tokens, Text = text.ToArray(), TextEnds = ends, Finish = FinishReason.Stop, Started = new RunStarted(me.Id, tokens.Length, 0, model.Batcher.ContextLength) };
    }

    private async ValueTask Answer(ReadPrompt prompt, RunError error) => await frames.Send(prompt.ReplyTo, Refusal(prompt, error), CancellationToken.None);

    private static Frame Refusal(ReadPrompt prompt, RunError error) => Blank(prompt) with { Error = error };

    private static Frame Blank(ReadPrompt prompt) => new() { GenerationId = prompt.Id, Run = 1, Choice = 0, From = 0 };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Prompt {Id} could not be read by {Model}")]
        public static partial void PromptNotRead(ILogger logger, Exception exception, string id, string model);
    }
}
