using Platform.Catalog;
using Platform.Catalog.Hub;
using Platform.Cli.Terminal;
using Spectre.Console;

namespace Platform.Cli.Models;

/// <summary>Shows a pull while it runs: a bar with speed and time left on a terminal, a line a stage elsewhere.</summary>
internal static class PullScreen
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(100);

    public static Task<CatalogModel> Show(ModelPull pull, Task<CatalogModel> running) => Screen.IsTerminal ? Bars(pull, running) : Lines(pull, running);

    private static async Task<CatalogModel> Bars(ModelPull pull, Task<CatalogModel> running)
    {
        var asking = Screen.Out.Status().Spinner(Spinner.Known.Dots).SpinnerStyle(new Style(Color.Teal));
        await asking.StartAsync($"Asking for {pull.Request.Repository.EscapeMarkup()}", async _ =>
        {
            while (!running.IsCompleted && pull.Stage == PullStage.Asking) await Task.WhenAny(running, Task.Delay(Beat));
        });
        Chosen(pull);
        if (pull.Stage == PullStage.Asking) return await running;

        await Screen.Out.Progress().AutoClear(true).HideCompleted(false)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { CompletedStyle = new Style(Color.Teal), FinishedStyle = new Style(Color.Green) }, new PercentageColumn(), new AmountColumn(), new SpeedColumn())
            .StartAsync(async progress =>
            {
                var began = pull.BytesDone;
                var bar = progress.AddTask("Fetching", maxValue: pull.BytesTotal);
                bar.Value = began;
                var speed = new Speed(began);
                bar.Tag = speed;
                while (!running.IsCompleted)
                {
                    await Task.WhenAny(running, Task.Delay(Beat));
                    speed.Note(pull.BytesDone);
                    bar.Description = pull.Stage == PullStage.Checking ? "Checking" : "Fetching";
                    bar.Value = pull.BytesDone;
                }
            });
        var model = await running;
        Screen.Done($"Fetched {ByteSize.Of(pull.BytesTotal)} and compared with the hub's SHA-256");
        return model;
    }

    private static async Task<CatalogModel> Lines(ModelPull pull, Task<CatalogModel> running)
    {
        var told = PullStage.Asking;
        while (await Task.WhenAny(running, Task.Delay(Beat)) != running || told < pull.Stage)
        {
            if (told == PullStage.Asking && pull.Stage > told) Chosen(pull);
            if (pull.Stage > told && pull.Stage != PullStage.Done) Screen.Raw(pull.Stage == PullStage.Downloading ? $"Fetching {ByteSize.Of(pull.BytesTotal - pull.BytesDone)}" : "Checking");
            if (pull.Stage > told) told = pull.Stage;
            if (running.IsCompleted) break;
        }

        return await running;
    }

    private static void Chosen(ModelPull pull)
    {
        if (pull.File is { } file) Screen.Done($"{file} ({ByteSize.Of(pull.BytesTotal)}): {pull.Reason}");
    }
}
