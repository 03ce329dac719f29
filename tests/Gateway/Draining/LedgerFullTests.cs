using Platform.Contracts.Runs;
using Platform.Gateway.Tests.Host;

namespace Platform.Gateway.Tests.Draining;

public class LedgerFullTests
{
    [Fact]
    public async Task New_work_is_refused_while_there_is_no_room_to_record_it_and_what_runs_goes_on()
    {
        await using var gateway = await GatewayHost.Start();
        var asked = gateway.Chat();
        var run = await gateway.Worker.Next<RunChat>();

        gateway.Ledger.HasRoom = false;
        using var refused = await gateway.Chat();
        Assert.Equal((503, "5"), ((int)refused.StatusCode, refused.Header("Retry-After")));
        Assert.Contains("recorded", (await refused.Error()).Message, StringComparison.Ordinal);
        using var models = await gateway.Client.GetAsync("v1/models");
        Assert.Equal(200, (int)models.StatusCode);

        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["a"], FinishReason.Stop));
        using var answered = await asked;
        Assert.Equal(200, (int)answered.StatusCode);

        await gateway.Worker.Next<CloseRun>();

        gateway.Ledger.HasRoom = true;
        var again = gateway.Chat();
        run = await gateway.Worker.Next<RunChat>();
        await gateway.Worker.Send(run, gateway.Worker.Tokens(run, 0, ["a"], FinishReason.Stop));
        using var accepted = await again;
        Assert.Equal(200, (int)accepted.StatusCode);
    }
}
