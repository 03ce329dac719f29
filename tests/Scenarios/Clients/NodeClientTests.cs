using Platform.Scenarios.Tests.Wire;

namespace Platform.Scenarios.Tests.Clients;

/// <summary>What applications and people use: the openai package on Node, and the web console in a real browser. The scripts beside this file do the talking and the checking.</summary>
public sealed class NodeClientTests(PlatformFixture platform)
{
    [Fact]
    public Task The_openai_package_works_unchanged() => NodeScripts.Run("sdk.mjs", Platform());

    [Fact]
    public Task The_openai_package_makes_responses_conversations_and_stored_completions() => NodeScripts.Run("responses.mjs", Platform());

    [Fact]
    public async Task The_openai_package_does_not_try_again_what_a_budget_refuses()
    {
        var project = $"broke-{Guid.NewGuid():n}";
        using var admin = platform.ClientOf(platform.AdminKey);
        using var set = await admin.PostJson($"v1/organization/projects/{project}/spend_limit", """{"threshold_tokens":1}""");
        Assert.True(set.IsSuccessStatusCode);
        await NodeScripts.Run("budget.mjs", new(Platform()) { ["API_KEY"] = await platform.NewKey(project) });
    }

    [Fact]
    public Task The_package_of_Anthropic_works_unchanged() => NodeScripts.Run("messages.mjs", Platform());

    [Fact]
    public Task Other_libraries_work_too() => NodeScripts.Run("adapters.mjs", Platform());

    [Fact]
    public Task Structured_answers_and_tool_calls_work_in_the_packages_that_use_them() => NodeScripts.Run("structured.mjs", Platform());

    [Fact]
    public Task The_openai_package_makes_videos() => NodeScripts.Run("videos.mjs", Platform());

    [Fact]
    public async Task A_question_typed_on_the_page_is_answered_as_it_is_made_and_videos_show_how_far_they_are()
    {
        var installed = (await NodeScripts.Run(Path.Combine(RepositoryRoot.Find(), "infra", "tools", "ensure"), ["chromium"], [])).Trim();
        await NodeScripts.Run("page.mjs", new()
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
}
