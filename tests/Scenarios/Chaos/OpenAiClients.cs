using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Platform.Scenarios.Tests.Clients;
using Platform.Scenarios.Tests.Cluster;

namespace Platform.Scenarios.Tests.Chaos;

/// <summary>Clients of the openai package on Node. They know no way to come back: a stream whose gateway dies is one that they have left.</summary>
internal sealed class OpenAiClients(TestCluster cluster, IReadOnlyDictionary<Recipe, Answer> answers, Outcomes outcomes)
{
    private readonly Recipe[] _recipes = [.. answers.Keys.Where(recipe => recipe.IsExact)];

    public int Answered { get; private set; }

    public int Broken { get; private set; }

    public async Task Run(int clients, CancellationToken until)
    {
        await NodeScripts.Install();
        var start = NodeScripts.Command("node", ["streams.mjs"], new()
        {
            ["BASE_URLS"] = string.Join(' ', cluster.Gateways.Select(gateway => new Uri(gateway, "v1"))), ["API_KEY"] = cluster.ApiKey, ["CLIENTS"] = clients.ToString(CultureInfo.InvariantCulture),
            ["BODIES"] = $"[{string.Join(',', _recipes.Select(recipe => recipe.Body(stream: true)))}]",
        });
        start.RedirectStandardInput = true;
        using var node = Process.Start(start)!; // never null without the shell
        try
        {
            var trouble = node.StandardError.ReadToEndAsync(CancellationToken.None);
            await using (until.UnsafeRegister(static input => ((StreamWriter)input!).Close(), node.StandardInput))
            {
                while (await node.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line) Take(JsonSerializer.Deserialize<Told>(line, JsonSerializerOptions.Web)!); // no line is null
                await node.WaitForExitAsync(CancellationToken.None);
            }

            Assert.True(node.ExitCode == 0, await trouble);
        }
        finally
        {
            if (!node.HasExited) node.Kill(entireProcessTree: true);
        }
    }

    private void Take(Told told)
    {
        var recipe = _recipes[told.Recipe];
        if (told.Id is not { } id)
        {
            outcomes.Refused(told.Error ?? "the openai package got a stream without anything in it");
            return;
        }

        if (told.Error is not null)
        {
            Broken++;
            var now = Stopwatch.GetTimestamp();
            outcomes.Left[id] = new(recipe, told.Pieces, now - (long)(told.Silent * Stopwatch.Frequency / 1000), now);
        }
        else
        {
            Answered++;
            outcomes.Told[id] = (told.Usage!.Value.GetProperty("prompt_tokens").GetInt64(), told.Usage.Value.GetProperty("completion_tokens").GetInt64()); // asked for
            if (told.Ends.Any(ends => ends != 1) || !told.Texts.SequenceEqual(answers[recipe].Texts)) outcomes.Wrong.Enqueue($"{recipe.Name} {id}: the openai package was told no whole answer:\n{string.Join('\n', told.Texts)}");
        }

        if (answers[recipe].Leaves(told.Texts) is { } difference) outcomes.Wrong.Enqueue($"{recipe.Name} {id}: the openai package was told another answer: {difference}");
    }

    /// <param name="Silent">Milliseconds since the last chunk.</param>
    private sealed record Told(int Recipe, string? Id, string[] Texts, int Pieces, int[] Ends, JsonElement? Usage, string? Error, double Silent);
}
