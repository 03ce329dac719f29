using System.Diagnostics;
using Spectre.Console;

namespace Platform.Cli.Terminal;

/// <summary>Where the steps of a start are shown: on this terminal, or by the process that waits for a detached one.</summary>
internal interface ISteps
{
    Task<T> Step<T>(string title, Func<Task<T>> work);
}

internal static class StepWithoutResult
{
    public static Task Step(this ISteps steps, string title, Func<Task> work) => steps.Step(title, async () =>
    {
        await work();
        return 0;
    });
}

/// <summary>One line a step: a spinner with the time while it runs, a mark and the time when it is over.</summary>
internal sealed class TerminalSteps : ISteps
{
    public async Task<T> Step<T>(string title, Func<Task<T>> work)
    {
        var watch = Stopwatch.StartNew();
        if (!Screen.IsTerminal)
        {
            Console.Out.Write($"{title} … ");
            try
            {
                var result = await work();
                Console.Out.WriteLine(Screen.Duration(watch.Elapsed));
                return result;
            }
            catch
            {
                Console.Out.WriteLine("failed");
                throw;
            }
        }

        try
        {
            var result = await Screen.Out.Status().Spinner(Spinner.Known.Dots).SpinnerStyle(new Style(Color.Teal)).StartAsync(title.EscapeMarkup(), async status =>
            {
                var working = work();
                while (await Task.WhenAny(working, Task.Delay(100)) != working) status.Status = $"{title.EscapeMarkup()} [dim]{watch.Elapsed.TotalSeconds:0} s[/]";
                return await working;
            });
            Screen.Done(title, watch.Elapsed);
            return result;
        }
        catch
        {
            Screen.Out.MarkupLine($"[red]✗[/] {title.EscapeMarkup()}");
            throw;
        }
    }
}
