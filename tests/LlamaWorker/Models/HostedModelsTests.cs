using Platform.Contracts.Runs;
using Platform.Fixtures;

namespace Platform.LlamaWorker.Tests.Models;

public sealed class HostedModelsTests
{
    [Fact]
    public async Task A_model_that_cannot_be_loaded_is_named_with_the_reason_and_the_others_serve()
    {
        await using var worker = await WorkerRig.Start(WorkerRig.Bigram("good"), new { id = "bad", kind = "chat", engine = "bigram", context_length = 1 });
        Assert.NotNull((await worker.Accept(WorkerRig.Run("good"))).Finish());
        Assert.StartsWith("bad: ", Assert.Single(worker.Models.Missing()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_come_and_go_with_the_catalogue()
    {
        await using var worker = await WorkerRig.Start(WorkerRig.Bigram("first"), WorkerRig.Bigram("stays", slots: 4));
        var stays = worker.Models.Find("stays");
        worker.WriteCatalogue(WorkerRig.Bigram("second"), WorkerRig.Bigram("stays", slots: 4));
        await Eventually.Holds(() => worker.Models.Find("second") is not null && worker.Models.Find("first") is null);
        Assert.NotNull((await worker.Accept(WorkerRig.Run("second"))).Finish());
        Assert.Equal(RunErrorKind.WorkerUnavailable, (await worker.Accept(WorkerRig.Run("first"))).Error!.Kind);
        Assert.Same(stays, worker.Models.Find("stays"));
    }

    [Fact]
    public async Task A_model_with_other_slots_is_loaded_again_once_its_runs_have_ended()
    {
        await using var worker = await WorkerRig.Start(WorkerRig.Bigram("slow", stepDelayMs: 5));
        var run = WorkerRig.Run("slow", maxTokens: 60) with { Sampling = new() { Seed = 1, Temperature = 0 } };
        await worker.Runs.Accept(run);
        worker.WriteCatalogue(WorkerRig.Bigram("slow", stepDelayMs: 5, slots: 2));
        Assert.Equal(FinishReason.Length, (await worker.Finish(run)).Finish());
        await Eventually.Holds(() => worker.Models.Find("slow")?.Batcher.Options.Slots == 2);
    }

    [Fact]
    public async Task A_model_in_use_is_freed_after_its_use()
    {
        await using var worker = await WorkerRig.Start();
        var model = worker.Models.Find(WorkerRig.Model)!;
        Assert.True(model.TryUse());
        var stopped = worker.Models.StopAsync(default);
        await Eventually.Holds(() => !(model.TryUse() && EndUse(model)));
        Assert.False(stopped.IsCompleted);
        model.EndUse();
        await stopped.WaitAsync(TimeSpan.FromSeconds(10));
    }

    private static bool EndUse(LlamaWorker.Models.HostedModel model)
    {
        model.EndUse();
        return true;
    }
}
