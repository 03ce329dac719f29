using System.Text;
using Platform.Catalog;
using Spectre.Console;

namespace Platform.Cli.Terminal;

/// <summary>The terminal: colours and movement where there is one, plain lines where output goes elsewhere.</summary>
internal static class Screen
{
    public static bool IsTerminal { get; } = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } and not "dumb";

    public static IAnsiConsole Out { get; } = Create(Console.Out);

    public static IAnsiConsole Error { get; } = Create(Console.Error);

    /// <summary>Runs a verb; what went wrong becomes one line and an exit code.</summary>
    public static async Task<int> Guard(Func<Task<int>> verb)
    {
        try
        {
            return await verb();
        }
        catch (CliException e)
        {
            Fail(e.Message);
            return e.ExitCode;
        }
        catch (Exception e) when (e is CatalogException or IOException or UnauthorizedAccessException)
        {
            Fail(e.Message);
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
    }

    public static void Done(string text, TimeSpan? took = null) => Out.MarkupLine($"[green]✓[/] {text.EscapeMarkup()}{(took is { } time ? $" [dim]{Duration(time)}[/]" : "")}");

    public static void Warn(string text) => Out.MarkupLine($"[yellow]![/] {text.EscapeMarkup()}");

    public static void Fail(string text) => Error.MarkupLine($"[red]✗[/] {text.EscapeMarkup()}");

    /// <summary>As it is, never wrapped: for what is pasted elsewhere.</summary>
    public static void Raw(string text) => Console.Out.WriteLine(text);

    public static void Field(string name, string value)
    {
        Out.Markup($"  [dim]{name.EscapeMarkup(),-12}[/] ");
        Raw(value);
    }

    public static Table Table(params string[] columns)
    {
        var table = new Table().Border(IsTerminal ? TableBorder.Rounded : TableBorder.None).BorderColor(Color.Grey);
        foreach (var column in columns) table.AddColumn(new TableColumn(column) { NoWrap = true });
        return table;
    }

    public static string Duration(TimeSpan time) => time switch
    {
        { TotalSeconds: < 100 } => FormattableString.Invariant($"{time.TotalSeconds:0.0} s"),
        { TotalMinutes: < 100 } => FormattableString.Invariant($"{time.TotalMinutes:0} min"),
        { TotalHours: < 100 } => FormattableString.Invariant($"{time.TotalHours:0} h"),
        _ => FormattableString.Invariant($"{time.TotalDays:0} days"),
    };

    private static IAnsiConsole Create(TextWriter writer)
    {
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = IsTerminal ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = IsTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = IsTerminal ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Capabilities.Unicode = true;
        if (!IsTerminal) console.Profile.Width = 200;
        return console;
    }
}
