using System.Diagnostics;

namespace Platform.Scenarios.Tests.Clients;

/// <summary>What applications and people use: the openai package on Node, and the web console in a real browser. The scripts beside this file do the talking and the checking.</summary>
public sealed class NodeClientTests(PlatformFixture platform)
{
    private static readonly string Scripts = Path.Combine(RepositoryRoot.Find(), "tests", "Scenarios", "Clients", "node");

    [Fact]
    public Task The_openai_package_works_unchanged() => Run("sdk.mjs", Platform());

    [Fact]
    public Task The_openai_package_makes_responses_conversations_and_stored_completions() => Run("responses.mjs", Platform());

    [Fact]
    public Task The_package_of_Anthropic_works_unchanged() => Run("messages.mjs", Platform());

    [Fact]
    public Task Other_libraries_work_too() => Run("adapters.mjs", Platform());

    [Fact]
    public Task Structured_answers_and_tool_calls_work_in_the_packages_that_use_them() => Run("structured.mjs", Platform());

    [Fact]
    public Task The_openai_package_makes_videos() => Run("videos.mjs", Platform());

    [Fact]
    public async Task A_question_typed_on_the_page_is_answered_as_it_is_made_and_videos_show_how_far_they_are()
    {
        var installed = (await Run(Path.Combine(RepositoryRoot.Find(), "infra", "tools", "ensure"), ["chromium"], [])).Trim();
        await Run("page.mjs", new()
        {
            ["PAGE_URL"] = platform.Address.ToString(),
            ["MODEL"] = TestCatalogue.SmolLm,
            ["VIDEO_MODEL"] = TestCatalogue.Shapes,
            ["CHROMIUM"] = installed == "/" ? "/usr/bin/chromium" : Path.Combine(installed, "usr/lib/chromium/chromium"),
            ["LD_LIBRARY_PATH"] = installed == "/" ? "" : Path.Combine(installed, "usr/lib/x86_64-linux-gnu"),
            ["SCREENSHOT"] = Environment.GetEnvironmentVariable("PLATFORM_SCREENSHOT") ?? "",
        });
    }

    private Dictionary<string, string> Platform() => new()
    {
        ["BASE_URL"] = new Uri(platform.Address, "v1").ToString(),
        ["API_KEY"] = platform.ApiKey,
        ["MODEL"] = TestCatalogue.SmolLm,
        ["FAST_MODEL"] = TestCatalogue.Fast,
        ["EMBEDDING_MODEL"] = TestCatalogue.MiniLm,
        ["VIDEO_MODEL"] = TestCatalogue.Shapes,
        ["PICTURE"] = Path.Combine(RepositoryRoot.Find(), "tests", "Video", "Golden", "shapes-wan-i2v", "image.png"),
        ["LANGSMITH_TRACING"] = "false",
    };

    private static async Task Run(string script, Dictionary<string, string> environment)
    {
        var (asked, installed) = (new FileInfo(Path.Combine(Scripts, "package-lock.json")), new FileInfo(Path.Combine(Scripts, "node_modules", ".package-lock.json")));
        if (!installed.Exists || installed.LastWriteTimeUtc < asked.LastWriteTimeUtc) await Run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], []);
        await Run("node", [script], environment);
    }

    private static async Task<string> Run(string command, string[] arguments, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(command, arguments) { WorkingDirectory = Scripts, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) if (value.Length > 0) start.Environment[name] = value;
        using var process = Process.Start(start)!; // never null without the shell
        var cancellation = TestContext.Current.CancellationToken;
        var output = Task.WhenAll<string>(process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
        try
        {
            await process.WaitForExitAsync(cancellation).WaitAsync(TimeSpan.FromMinutes(3), cancellation);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
        var printed = await output;
        Assert.True(process.ExitCode == 0, string.Join('\n', printed));
        return printed[0];
    }
}
