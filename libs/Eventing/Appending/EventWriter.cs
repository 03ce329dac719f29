using System.Threading.Channels;
using Marten;
using Microsoft.Extensions.Logging;
using Npgsql;
using Platform.Eventing.Content;
using Platform.Eventing.Database;

namespace Platform.Eventing.Appending;

/// <summary>
/// Appends of many streams share one transaction. One that is refused is taken out and its neighbours are saved without it; transient trouble is
/// retried without end. Whoever appends waits, and the channel is bounded, so an outage pushes back instead of filling memory.
/// </summary>
public sealed partial class EventWriter : IAsyncDisposable
{
    private const int Writers = 2;
    private const int MaxBatch = 128;
    private const int Capacity = 8192;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly IDocumentStore _store;
    private readonly NpgsqlDataSource _database;
    private readonly ContentTable _content;
    private readonly ILogger<EventWriter> _log;
    private readonly Channel<Pending> _pending = Channel.CreateBounded<Pending>(Capacity);
    private readonly CancellationTokenSource _givingUp = new();
    private readonly Task[] _writers;

    public EventWriter(IDocumentStore store, NpgsqlDataSource database, ContentTable content, ILogger<EventWriter> log)
    {
        (_store, _database, _content, _log) = (store, database, content, log);
        _writers = [.. Enumerable.Range(0, Writers).Select(_ => Task.Run(WriteLoop))];
    }

    /// <summary>False while so much waits for the database that more would have to wait for a place.</summary>
    public bool HasRoom => _pending.Reader.Count < Capacity;

    /// <summary>How long a disposal goes on trying to save what is queued.</summary>
    internal TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Returns when the events are durable. A cancelled wait leaves open whether they will be.</summary>
    /// <exception cref="AppendRefusedException">The database can't store these events or this content.</exception>
    public async Task<Appended> Append(StreamAppend append, CancellationToken cancellation)
    {
        var pending = new Pending(append, new(TaskCreationOptions.RunContinuationsAsynchronously));
        await _pending.Writer.WriteAsync(pending, cancellation);
        return await pending.Done.Task.WaitAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_pending.Writer.TryComplete()) _givingUp.CancelAfter(DrainTime);
        await Task.WhenAll(_writers);
        _givingUp.Dispose();
    }

    private async Task WriteLoop()
    {
        var batch = new List<Pending>(MaxBatch);
        while (await _pending.Reader.WaitToReadAsync())
        {
            while (batch.Count < MaxBatch && _pending.Reader.TryRead(out var next)) batch.Add(next);
            try
            {
                while (batch.Count > 0)
                {
                    // A stream that is there twice waits for the next round; one order for all writers, so that they can't deadlock.
                    await Write([.. batch.DistinctBy(p => p.Append.Stream).OrderBy(p => p.Append.Stream, StringComparer.Ordinal)]);
                    batch.RemoveAll(p => p.Done.Task.IsCompleted);
                }
            }
            catch (OperationCanceledException e)
            {
                Log.GaveUp(_log, batch.Count);
                batch.ForEach(p => p.Done.TrySetException(new ObjectDisposedException("The event writer was disposed while the database was away.", e)));
                batch.Clear();
            }
        }
    }

    private async Task Write(List<Pending> round)
    {
        var refusal = await UntilTheDatabaseAnswers(() => Save(round));
        if (refusal is null) return;

        if (await UntilTheDatabaseAnswers(() => CompleteMoved(round)) is { } unreadable) refusal = unreadable;
        var rest = round.FindAll(p => !p.Done.Task.IsCompleted);
        if (rest.Count < round.Count) await Write(rest);
        else if (rest.Count > 1) foreach (var alone in rest) await Write([alone]);
        else if (rest is [var refused]) Refuse(refused, refusal);
    }

    private async Task<Exception?> UntilTheDatabaseAnswers(Func<Task> work)
    {
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await work();
                return null;
            }
            catch (Exception e) when (AppendFailure.IsRefusal(e))
            {
                return e;
            }
            catch (Exception e) when (!_givingUp.IsCancellationRequested)
            {
                if (AppendFailure.IsMissingPartition(e)) _content.ForgetPartitions();
                Log.RetryingAppend(_log, AppendFailure.Name(e), pause.TotalMilliseconds);
                await Task.Delay(pause, _givingUp.Token);
            }
            catch (Exception e)
            {
                throw new OperationCanceledException("no time left for another attempt", e);
            }
        }
    }

    private async Task Save(List<Pending> round)
    {
        if (round.Count == 0) return;
        await _content.Prepare(round.Where(p => p.Append.Content is not null).Select(p => p.Append.Content!.CreatedAt), _givingUp.Token);
        await using var session = _store.LightweightSession();
        var streams = new List<JasperFx.Events.StreamAction>(round.Count);
        foreach (var (append, _) in round)
        {
            // Not StartStream: only the append function reports the sequence numbers.
            streams.Add(session.Events.Append(append.Stream, append.ExpectedVersion + append.Events.Count, append.Events));
            if (append.Content is { } content) ContentTable.Write(session, content);
        }

        await session.SaveChangesAsync(_givingUp.Token);
        for (var i = 0; i < round.Count; i++) round[i].Done.TrySetResult(new(AppendOutcome.Appended, streams[i].Events[^1].Sequence));
    }

    /// <summary>Completes those whose stream has another version than they expect.</summary>
    private async Task CompleteMoved(List<Pending> round)
    {
        await using var command = _database.CreateCommand($"""
            select s.id, s.version, (select max(e.seq_id) from {LedgerSchema.Name}.mt_events e where e.stream_id = s.id)
            from {LedgerSchema.Name}.mt_streams s where s.id = any($1)
            """);
        command.Parameters.Add(new() { Value = round.Select(p => p.Append.Stream).ToArray() });
        var streams = new Dictionary<string, (long Version, long Sequence)>();
        await using (var rows = await command.ExecuteReaderAsync(_givingUp.Token))
            while (await rows.ReadAsync(_givingUp.Token)) streams[rows.GetString(0)] = (rows.GetInt64(1), rows.GetInt64(2));

        foreach (var (append, done) in round)
        {
            var (version, sequence) = streams.GetValueOrDefault(append.Stream);
            if (version == append.ExpectedVersion) continue;
            done.TrySetResult(new(append.ExpectedVersion == 0 ? AppendOutcome.AlreadyThere : AppendOutcome.Conflict, sequence));
        }
    }

    private void Refuse(Pending refused, Exception refusal)
    {
        var name = AppendFailure.Name(refusal);
        Log.RefusedAppend(_log, refused.Append.Stream, name);
        refused.Done.TrySetException(new AppendRefusedException(refused.Append.Stream, name));
    }

    private readonly record struct Pending(StreamAppend Append, TaskCompletionSource<Appended> Done);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Append failed ({Failure}); trying again in {Milliseconds} ms")]
        public static partial void RetryingAppend(ILogger log, string failure, double milliseconds);

        [LoggerMessage(Level = LogLevel.Error, Message = "Append to stream {Stream} was refused ({Failure})")]
        public static partial void RefusedAppend(ILogger log, string stream, string failure);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Count} appends were given up: the database did not come back before the end")]
        public static partial void GaveUp(ILogger log, int count);
    }
}
