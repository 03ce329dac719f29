using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Platform.Fixtures;
using Platform.Grains.Pools;

namespace Platform.Scenarios.Tests.Chat;

/// <summary><c>service_tier</c>: who is in a hurry waits for nobody who is not.</summary>
public sealed class PriorityTests(PlatformFixture platform)
{
    private const int Slots = 8, Tokens = 150;

    private readonly IPool _pool = platform.Services.GetRequiredService<IGrainFactory>().GetGrain<IPool>(TestCatalogue.Slow);

    [Fact]
    public async Task A_priority_request_is_answered_at_once_where_flex_ones_have_every_slot_and_those_end_as_they_would_have()
    {
        await Eventually.Holds(async () => await _pool.Read(), pool => pool is { Granted: 0, Waiting: 0 });
        var undisturbed = (await platform.Client.Ask(Request("flex", Tokens, stream: false))).Text;
        using var all = new CountdownEvent(Slots);
        var flex = Enumerable.Range(0, Slots).Select(_ => Read("flex", all)).ToList();
        await Eventually.Holds(() => all.IsSet);

        var urgent = await platform.Client.Ask(Request("priority", 5, stream: false));
        Assert.Equal("priority", urgent.Body.GetProperty("service_tier").GetString());
        Assert.Equal(5, urgent.Usage.Completion);
        Assert.DoesNotContain(flex, stream => stream.IsCompleted);
        Assert.All(await Task.WhenAll(flex), text => Assert.Equal(undisturbed, text));
    }

    private async Task<string> Read(string tier, CountdownEvent begun)
    {
        var text = new StringBuilder();
        await foreach (var line in platform.Client.Stream(Request(tier, Tokens, stream: true)))
        {
            if (line.Text is not { } added) continue;
            if (text.Length == 0) begun.Signal();
            text.Append(added);
        }

        return text.ToString();
    }

    private static object Request(string tier, int tokens, bool stream) => new
    {
        model = TestCatalogue.Slow, messages = new[] { new { role = "user", content = "What is gravity?" } }, max_tokens = tokens, temperature = 0, service_tier = tier, stream,
    };
}
