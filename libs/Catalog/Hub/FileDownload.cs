using System.Buffers;
using System.Net;
using System.Net.Http.Headers;

namespace Platform.Catalog.Hub;

/// <summary>Fetches a file of the hub in parts, some at once, each again and again until it is there. A server that knows no ranges gets one connection and no resume.</summary>
internal sealed class FileDownload(HubClient hub, HubOptions options, HubRepository repo, HubFile file, PartialFile partial)
{
    private const int Buffer = 1 << 18;

    private int next = -1;

    public async Task Run(CancellationToken cancellation)
    {
        if (!await KnowsRanges(cancellation))
        {
            await Persist(() => 0, FetchWhole, cancellation);
            return;
        }

        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var connections = Enumerable.Range(0, Math.Min(options.Connections, partial.Parts)).Select(async _ =>
        {
            try
            {
                while (Interlocked.Increment(ref next) is var part && part < partial.Parts) await Persist(() => partial.Left(part).From, stop => FetchPart(part, stop), failed.Token);
            }
            catch
            {
                await failed.CancelAsync();
                throw;
            }
        }).ToArray();
        await FirstFailure(connections);
    }

    /// <summary>The reason of the first one to fail, not the cancellation of those that were stopped for it.</summary>
    private static async Task FirstFailure(Task[] connections)
    {
        try
        {
            await Task.WhenAll(connections);
        }
        catch (OperationCanceledException)
        {
            throw connections.Select(connection => connection.Exception?.InnerException).FirstOrDefault(reason => reason is not null) ?? new OperationCanceledException();
        }
    }

    private async Task<bool> KnowsRanges(CancellationToken cancellation)
    {
        var known = false;
        await Persist(() => 0, async stop =>
        {
            using var response = await hub.Open(repo, file.Path, new RangeHeaderValue(0, 0), stop);
            Check(response);
            known = response.StatusCode == HttpStatusCode.PartialContent;
        }, cancellation);
        return known;
    }

    private async Task FetchWhole(CancellationToken cancellation)
    {
        partial.Forget();
        using var response = await hub.Open(repo, file.Path, null, cancellation);
        Check(response);
        await Copy(response, 0, file.Bytes, cancellation);
    }

    private async Task FetchPart(int part, CancellationToken cancellation)
    {
        var (from, to) = partial.Left(part);
        if (from >= to) return;
        using var response = await hub.Open(repo, file.Path, new RangeHeaderValue(from, to - 1), cancellation);
        Check(response);
        if (response.StatusCode != HttpStatusCode.PartialContent || response.Content.Headers.ContentRange is not { } range || range.From != from || (range.HasLength && range.Length != file.Bytes))
        {
            throw new TransientStatusException(response.StatusCode);
        }

        await Copy(response, from, to, cancellation);
    }

    private async Task Copy(HttpResponseMessage response, long at, long to, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Buffer);
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellation);
            while (at < to)
            {
                var read = await Read(body, buffer.AsMemory(0, (int)Math.Min(Buffer, to - at)), cancellation);
                if (read == 0) throw new EndOfStreamException("the connection was cut");
                await partial.Write(buffer.AsMemory(0, read), at, cancellation);
                at += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>A broken connection is an <see cref="EndOfStreamException"/> here, unlike a disk that takes no more.</summary>
    private async ValueTask<int> Read(Stream body, Memory<byte> into, CancellationToken cancellation)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        silence.CancelAfter(options.Silence);
        try
        {
            return await body.ReadAsync(into, silence.Token);
        }
        catch (IOException e)
        {
            throw new EndOfStreamException("the connection was cut", e);
        }
    }

    private void Check(HttpResponseMessage response)
    {
        if (!response.IsSuccessStatusCode) throw HubRefusal.Of(response, options, repo.Name, repo.Commit, file.Path);
    }

    /// <param name="place">Where the work stands: bytes in between make its failures count from one again.</param>
    private async Task Persist(Func<long> place, Func<CancellationToken, Task> work, CancellationToken cancellation)
    {
        for (var (failures, before) = (0, place()); ;)
        {
            try
            {
                await work(cancellation);
                return;
            }
            catch (Exception e) when (HubClient.IsTransient(e))
            {
                cancellation.ThrowIfCancellationRequested();
                var now = place();
                (failures, before) = (now > before ? 1 : failures + 1, now);
                if (failures >= options.Attempts) throw hub.Unreachable(e);
                await Task.Delay(hub.Pause(failures), cancellation);
            }
        }
    }
}
