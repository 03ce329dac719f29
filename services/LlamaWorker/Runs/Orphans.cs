using System.Collections.Concurrent;
using Platform.Contracts.Generations;

namespace Platform.LlamaWorker.Runs;

/// <summary>
/// Records generations that have lost their gateway. The stream's key is the generation's, as the gateway's record would have: whoever is first wins.
/// As many at once as the worker has runs.
/// </summary>
internal sealed partial class Orphans(IGenerationLedger ledger, ILogger<Orphans> logger)
{
    private readonly ConcurrentDictionary<Task, bool> _recording = new();

    public void Record(GenerationFinished finished)
    {
        Log.OrphanRecorded(logger, finished.Figures.GenerationId, finished.Figures.CompletionTokens);
        var recording = Keep(finished);
        _recording[recording] = true;
        recording.ContinueWith(done => _recording.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Waits until all are safe.</summary>
    public Task Settled() => Task.WhenAll(_recording.Keys);

    private async Task Keep(GenerationFinished finished)
    {
        try
        {
            await ledger.Record(finished, CancellationToken.None);
        }
        catch (Exception lost)
        {
            Log.OrphanLost(logger, lost, finished.Figures.GenerationId);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{GenerationId} has lost its gateway and is recorded with the {Tokens} tokens made so far")]
        public static partial void OrphanRecorded(ILogger logger, string generationId, int tokens);

        [LoggerMessage(2, LogLevel.Error, "{GenerationId} has lost its gateway and could not be recorded")]
        public static partial void OrphanLost(ILogger logger, Exception exception, string generationId);
    }
}
