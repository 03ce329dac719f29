using System.Text;
using System.Threading.Channels;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Runs;
using Platform.Messaging.Frames;
using Platform.Messaging.Runs;

namespace Platform.Gateway.Tests.Host;

/// <summary>A worker whose every frame a test writes.</summary>
internal sealed class ScriptedWorker : IConsumer<RunChat>, IConsumer<AllowRun>, IConsumer<CancelRun>, IConsumer<AttachRun>, IConsumer<AdoptRun>, IConsumer<CloseRun>, IConsumer<ReadPrompt>
{
    private readonly Channel<object> commands = Channel.CreateUnbounded<object>();
    private readonly IFrameSender frames;
    private readonly string id;
    private WorkerQueue? queue;

    private ScriptedWorker(IFrameSender frames, string id) => (this.frames, this.id) = (frames, id);

    public static async Task<ScriptedWorker> Start(IServiceProvider services, string id)
    {
        var worker = new ScriptedWorker(services.GetRequiredService<IFrameSender>(), id);
        worker.queue = await services.GetRequiredService<IWorkerQueues>().Open(id, endpoint => endpoint.Instance(worker));
        return worker;
    }

    public ValueTask Stop() => queue!.DisposeAsync();

    /// <summary>The next command; it must be of this kind.</summary>
    public async Task<T> Next<T>()
    {
        using var patience = new CancellationTokenSource(GatewayHost.Soon);
        return Assert.IsType<T>(await commands.Reader.ReadAsync(patience.Token));
    }

    public bool HasCommands => commands.Reader.Count > 0;

    public async Task<bool> Send(ReadPrompt prompt, Frame frame) => await frames.Send(prompt.ReplyTo, frame with { GenerationId = prompt.Id }, CancellationToken.None);

    public async Task<bool> Send(RunChat run, Frame frame) => await frames.Send(run.ReplyTo, frame, CancellationToken.None);

    /// <summary>A frame of single-token words.</summary>
    public Frame Tokens(RunChat run, int from, string[] words, FinishReason? finish = null, int choice = 0)
    {
        var ends = new int[words.Length];
        var end = 0;
        for (var i = 0; i < words.Length; i++) ends[i] = end += Encoding.UTF8.GetByteCount(words[i]);
        return new Frame
        {
            GenerationId = run.GenerationId, Run = run.Run, Choice = choice, From = from,
            Tokens = [.. Enumerable.Range(from, words.Length)], Text = Encoding.UTF8.GetBytes(string.Concat(words)), TextEnds = ends, Micros = [.. words.Select(_ => 1000)],
            Finish = finish, Started = from == 0 && choice == 0 ? new RunStarted(id, 12, 4, 8192) : null,
        };
    }

    public Frame Error(RunChat run, RunErrorKind kind, string code = "code", int from = 0) =>
        new() { GenerationId = run.GenerationId, Run = run.Run, Choice = 0, From = from, Error = new RunError(kind, code, "The worker said so.", "messages") };

    public Task Consume(ConsumeContext<RunChat> context) => Keep(context.Message);
    public Task Consume(ConsumeContext<AllowRun> context) => Keep(context.Message);
    public Task Consume(ConsumeContext<CancelRun> context) => Keep(context.Message);
    public Task Consume(ConsumeContext<AttachRun> context) => Keep(context.Message);
    public Task Consume(ConsumeContext<AdoptRun> context) => Keep(context.Message);
    public Task Consume(ConsumeContext<CloseRun> context) => Keep(context.Message);

    public Task Consume(ConsumeContext<ReadPrompt> context) => Keep(context.Message);

    private Task Keep(object command) => commands.Writer.WriteAsync(command).AsTask();
}
