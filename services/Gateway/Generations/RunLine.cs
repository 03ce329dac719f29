using Platform.Contracts.Runs;
using Platform.Grains;
using Platform.Messaging.Runs;

namespace Platform.Gateway.Generations;

/// <summary>What a gateway says to a worker about one run; false where the worker has no queue any more. While the broker is away nobody can tell: the run is asked for again after a silence.</summary>
internal readonly record struct RunLine(RunDispatcher Runs, string Worker, string GenerationId, int Run)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public ValueTask<bool> Start(RunChat run) => Reach(Runs.Send(Worker, run, CancellationToken.None));

    public ValueTask<bool> Allow(int tokens, bool final) => Reach(Runs.Send(Worker, new AllowRun(GenerationId, Run, tokens, final), CancellationToken.None));

    public ValueTask<bool> Attach(string replyTo, int[] from) => Reach(Runs.Send(Worker, new AttachRun(GenerationId, Run, replyTo, from), CancellationToken.None));

    public ValueTask<bool> Cancel() => Reach(Runs.Send(Worker, new CancelRun(GenerationId, Run), CancellationToken.None));

    public ValueTask<bool> Close() => Reach(Runs.Send(Worker, new CloseRun(GenerationId, Run), CancellationToken.None));

    private static async ValueTask<bool> Reach(Task sent)
    {
        try
        {
            await sent.Within(Patience, TimeProvider.System);
            return true;
        }
        catch (TimeoutException)
        {
            return true;
        }
        catch (WorkerUnreachableException)
        {
            return false;
        }
    }
}
