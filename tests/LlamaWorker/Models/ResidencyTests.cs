using System.Diagnostics;
using Platform.Catalog;
using Platform.Contracts.Runs;
using Platform.Fixtures;

namespace Platform.LlamaWorker.Tests.Models;

public sealed class ResidencyTests
{
    /// <summary>The process's own part, and one bigram model.</summary>
    private const string RoomForOne = "440MiB";

    [Fact]
    public async Task Models_in_turn_are_all_answered_and_never_over_the_budget()
    {
        string[] turns = ["a", "b", "c", "small", "b", "a", "c", "c", "a", "b"];
        const long Budget = 3L << 29;
        await using var worker = await WorkerRig.StartWithin("1.5GiB", Natives(), Real("a"), Real("b"), Real("c"), WorkerRig.Bigram("small"));
        using var ended = new CancellationTokenSource();
        var most = Watch(ended.Token);
        foreach (var model in turns)
        {
            var answer = await worker.Accept(WorkerRig.Run(model, maxTokens: 4));
            Assert.Null(answer.Error);
            Assert.True(answer.Tokens().Length > 0);
            Assert.InRange(worker.Residency.Taken, 1, worker.Residency.Budget);
        }

        Assert.InRange(worker.Models.Served.Count(model => model.Loaded is not null), 1, 3);
        await ended.CancelAsync();
        Assert.InRange(await most, 1, Budget);
    }

    [Fact]
    public async Task A_model_in_use_stays_and_who_waits_is_next()
    {
        await using var worker = await WorkerRig.StartWithin(RoomForOne, models: [WorkerRig.Bigram("busy", stepDelayMs: 5), WorkerRig.Bigram("other")]);
        Assert.NotNull((await worker.Accept(WorkerRig.Run("busy", maxTokens: 1))).Finish());
        var (first, waiting, later) = (Unending("busy", 60), WorkerRig.Run("other"), WorkerRig.Run("busy", maxTokens: 3));
        await worker.Runs.Accept(first);
        await Eventually.Holds(() => worker.FramesOf(first).Count > 0);
        await worker.Runs.Accept(waiting);
        await Eventually.Holds(() => !Usable(worker, "busy"));
        await worker.Runs.Accept(later);
        Assert.Equal(60, (await worker.Finish(first)).Tokens().Length);
        Assert.NotNull((await worker.Finish(waiting)).Finish());
        Assert.NotNull((await worker.Finish(later)).Finish());
        Assert.Single(worker.Models.Served, model => model.Loaded is not null);
    }

    [Fact]
    public async Task A_run_cancelled_before_its_model_is_loaded_lets_the_busy_one_go_on()
    {
        await using var worker = await WorkerRig.StartWithin(RoomForOne, models: [WorkerRig.Bigram("busy", stepDelayMs: 5), WorkerRig.Bigram("other")]);
        var (first, waiting) = (Unending("busy", 400), WorkerRig.Run("other"));
        await worker.Runs.Accept(first);
        await Eventually.Holds(() => worker.FramesOf(first).Count > 0);
        await worker.Runs.Accept(waiting);
        await Eventually.Holds(() => !Usable(worker, "busy"));
        worker.Runs.Cancel(new CancelRun(waiting.GenerationId, 1));
        Assert.Equal(RunErrorKind.WorkerUnavailable, (await worker.Finish(waiting)).Error!.Kind);
        await Eventually.Holds(() => Usable(worker, "busy"));
        worker.Runs.Cancel(new CancelRun(first.GenerationId, 1));
        Assert.Equal(FinishReason.Cancelled, (await worker.Finish(first)).Finish());
    }

    [Fact]
    public async Task A_model_that_can_never_fit_is_refused_with_what_would()
    {
        await using var worker = await WorkerRig.StartWithin("1GiB", Natives(), Real("large"), WorkerRig.Bigram("small"));
        var reason = Assert.Single(worker.Models.Missing());
        Assert.StartsWith("large: it needs ", reason, StringComparison.Ordinal);
        Assert.Contains("\"cache_tokens\": 8192 would need", reason, StringComparison.Ordinal);
        Assert.NotNull((await worker.Accept(WorkerRig.Run("small"))).Finish());
    }

    private static RunChat Unending(string model, int tokens) => WorkerRig.Run(model, maxTokens: tokens) with { Sampling = new() { Seed = 1, Temperature = 0 } };

    private static bool Usable(WorkerRig worker, string id)
    {
        var model = worker.Models.Find(id)!;
        if (!model.TryUse()) return false;
        model.EndUse();
        return true;
    }

    /// <summary>The bundled model under another name.</summary>
    private static object Real(string id)
    {
        var bundled = new ModelCatalog(new CatalogOptions()).Find("smollm2-135m-instruct")!;
        return new { id, kind = "chat", engine = "llama.cpp", files = bundled.Files.Select(file => new { path = file.Path, sha256 = file.Sha256 }), context_length = 8192, threads = 1 };
    }

    /// <summary>Most memory this process has, until the token ends it.</summary>
    private static async Task<long> Watch(CancellationToken ended)
    {
        var most = 0L;
        while (!ended.IsCancellationRequested)
        {
            most = Math.Max(most, Environment.WorkingSet);
            await Task.Delay(2, CancellationToken.None);
        }

        return most;
    }

    private static string Natives()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "infra/natives/fetch"))) root = Path.GetDirectoryName(root.TrimEnd('/'))!;
        using var fetch = Process.Start(new ProcessStartInfo(Path.Combine(root, "infra/natives/fetch"), "llama") { RedirectStandardOutput = true })!;
        var folder = fetch.StandardOutput.ReadToEnd().Trim();
        fetch.WaitForExit();
        return fetch.ExitCode == 0 ? folder : throw new InvalidOperationException("infra/natives/fetch llama failed.");
    }
}
