using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using Platform.Catalog;
using Platform.Catalog.Hub;
using Platform.Contracts.Generations;
using Platform.OpenAi.Organization;

namespace Platform.Gateway.Organization.Models;

/// <summary>The pulls this gateway runs and has run lately. They end with the process; what has arrived is kept, so that the same pull again goes on.</summary>
internal sealed partial class ModelPulls(CatalogOptions catalog, IOptions<HubOptions> hub, TimeProvider clock, ILogger<ModelPulls> logger) : IHostedService, IDisposable
{
    public const int MostAtOnce = 4;
    private const int Kept = 100;

    private readonly ConcurrentDictionary<string, RunningPull> pulls = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();

    public IEnumerable<OrganizationModelPull> All => pulls.Values.OrderBy(pull => pull.Id, StringComparer.Ordinal).Select(pull => pull.Describe());

    public OrganizationModelPull? Find(string id) => pulls.GetValueOrDefault(id)?.Describe();

    /// <summary>Null: as many run as may.</summary>
    public OrganizationModelPull? Begin(PullRequest request)
    {
        lock (gate)
        {
            if (pulls.Values.Count(pull => !pull.Ended.IsCompleted) >= MostAtOnce) return null;
            foreach (var old in pulls.Values.Where(pull => pull.Ended.IsCompleted).OrderByDescending(pull => pull.Id, StringComparer.Ordinal).Skip(Kept)) pulls.TryRemove(old.Id, out _);
            var pull = new RunningPull(PublicId.New("pull_"), clock.GetUtcNow(), new ModelPull(request, catalog, hub.Value), Failed, stopping.Token);
            return (pulls[pull.Id] = pull).Describe();
        }
    }

    public async Task<OrganizationModelPull?> Cancel(string id)
    {
        if (pulls.GetValueOrDefault(id) is not { } pull) return null;
        await pull.Cancel();
        return pull.Describe();
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        await Task.WhenAll(pulls.Values.Select(pull => pull.Ended));
    }

    public void Dispose() => stopping.Dispose();

    private void Failed(string id, Exception unexpected) => Log.PullFailed(logger, unexpected, id);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{Pull} failed")]
        public static partial void PullFailed(ILogger logger, Exception exception, string pull);
    }
}

[SuppressMessage("Design", "CA1001", Justification = "The source holds nothing to free but its link to the process, which ends with it.")]
internal sealed class RunningPull
{
    private readonly ModelPull pull;
    private readonly DateTimeOffset created;
    private readonly CancellationTokenSource cancelled;
    private string? model, error;

    public RunningPull(string id, DateTimeOffset created, ModelPull pull, Action<string, Exception> failed, CancellationToken stopping)
    {
        (Id, this.created, this.pull) = (id, created, pull);
        cancelled = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Ended = Task.Run(() => Run(failed), CancellationToken.None);
    }

    public string Id { get; }

    /// <summary>Never fails.</summary>
    public Task Ended { get; }

    public Task Cancel()
    {
        cancelled.Cancel();
        return Ended;
    }

    public OrganizationModelPull Describe()
    {
        var status = !Ended.IsCompleted ? "in_progress" : model is not null ? "completed" : error is not null ? "failed" : "cancelled";
        return new OrganizationModelPull
        {
            Id = Id,
            CreatedAt = created.ToUnixTimeSeconds(),
            Status = status,
            Stage = pull.Stage.ToString().ToLowerInvariant(),
            Repository = pull.Request.Repository,
            File = pull.File,
            Reason = pull.Reason,
            BytesDone = pull.BytesDone,
            BytesTotal = pull.BytesTotal,
            Model = model,
            Error = error,
        };
    }

    private async Task Run(Action<string, Exception> failed)
    {
        try
        {
            model = (await pull.Run(cancelled.Token)).Id;
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
        {
        }
        catch (CatalogException refused)
        {
            error = refused.Message;
        }
        catch (Exception unexpected)
        {
            error = "The pull failed unexpectedly; the log tells more.";
            failed(Id, unexpected);
        }
    }
}
