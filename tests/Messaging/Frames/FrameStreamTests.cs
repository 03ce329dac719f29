using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Generations;
using Platform.Contracts.Runs;
using Platform.Fixtures;
using Platform.Messaging.Frames;

namespace Platform.Messaging.Tests.Frames;

public abstract class FrameStreamTests(ITransport transport)
{
    private readonly string _generation = PublicId.New("chatcmpl-");

    [Fact]
    public async Task A_frame_arrives_with_everything_it_was_sent_with()
    {
        using var mailbox = transport.Inbox().Open(_generation);
        Frame[] sent =
        [
            Tokens(0) with { Started = new("worker-1", 31, 7, 8192) },
            Tokens(3) with { Choice = 127, Finish = FinishReason.Length },
            Tokens(6) with { Logprobs = [new(-0.25f, "é"u8.ToArray(), [new(-0.25f, "é"u8.ToArray()), new(-9999, [0xf0])]), null, new(0, [], [])] },
            Tokens(9) with { Started = new("worker-1", 2, 0, 8192, new([[0xe2], "b"u8.ToArray()], [null, new(-1.5f, "b"u8.ToArray(), [])])), Finish = FinishReason.Stop, StoppedBy = 3, Mu = 9.75f },
            new() { GenerationId = _generation, Run = 2, Choice = 0, From = 6, Error = new(RunErrorKind.InvalidRequest, "context_length_exceeded", "8193 tokens > 8192 – zu viel", "messages") },
            new() { GenerationId = _generation, Run = 2, Choice = 0, From = 6, Error = new(RunErrorKind.Engine, "engine", "broken") },
        ];
        foreach (var frame in sent)
        {
            Assert.True(await Send(frame));
            Assert.Equal(JsonSerializer.Serialize(frame), JsonSerializer.Serialize(await Next(mailbox)));
        }
    }

    [Fact]
    public async Task Frames_arrive_in_order_at_the_mailbox_of_their_generation()
    {
        var other = PublicId.New("chatcmpl-");
        using var mailbox = transport.Inbox().Open(_generation);
        using var others = transport.Inbox().Open(other);
        for (var i = 0; i < 200; i++)
        {
            await Send(Tokens(3 * i));
            await Send(Tokens(3 * i) with { GenerationId = other });
        }

        for (var i = 0; i < 200; i++)
        {
            Assert.Equal((_generation, 3 * i), await Next(mailbox) is var mine ? (mine.GenerationId, mine.From) : default);
            Assert.Equal((other, 3 * i), await Next(others) is var theirs ? (theirs.GenerationId, theirs.From) : default);
        }
    }

    [Fact]
    public async Task A_slow_reader_loses_frames_and_never_holds_the_sender_up()
    {
        using var mailbox = transport.Inbox().Open(_generation);
        for (var i = 0; i < 2000; i++)
        {
            Assert.True(await Send(Tokens(3 * i)).AsTask().WaitAsync(TimeSpan.FromSeconds(5)));
        }

        Assert.Equal(0, (await Next(mailbox)).From);
    }

    [Fact]
    public async Task A_run_that_is_taken_over_arrives_as_it_was_sent()
    {
        using var mailbox = transport.Inbox().Open(_generation);
        var run = new RunChat
        {
            GenerationId = _generation, Run = 3, ReplyTo = "x", Deadline = DateTimeOffset.UnixEpoch, Model = "m", ProjectId = "p", Conversation = new("[]"),
            Sampling = new() { Seed = long.MinValue, Temperature = 0.7f }, Allowance = 256, Stop = ["\0", "é"], Now = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.FromHours(2)),
            Record = new RunRecord(
                new() { GenerationId = _generation, Kind = "chat", ProjectId = "p", KeyId = "k", Model = "m", RequestedModel = "alias", StartedAt = DateTimeOffset.UnixEpoch, FinishedAt = default, PromptTokens = 7 },
                KeepContent: true, """{"a":"é"}"""),
        };
        Assert.True(await Send(Tokens(0) with { Adopted = run }));
        var adopted = (await Next(mailbox)).Adopted!;
        Assert.Equal(run with { Stop = [], SoFar = [], Mus = [], Logprobs = [], ShownTokens = [], Record = null }, adopted with { Stop = [], SoFar = [], Mus = [], Logprobs = [], ShownTokens = [], Record = null });
        Assert.Equal(run.Stop, adopted.Stop);
        Assert.Equal(run.Record.Figures with { FinishReasons = [] }, adopted.Record!.Figures with { FinishReasons = [] });
        Assert.Equal("""{"a":"é"}""", adopted.Record.Request);
    }

    [Fact]
    public Task The_sender_is_told_when_nobody_is_at_the_address() =>
        Eventually.Holds(async () => await transport.Frames().Send("nowhere", Tokens(0), default), reached => !reached);

    [Fact]
    public async Task A_mailbox_opened_again_outlives_the_one_before_it()
    {
        var before = transport.Inbox().Open(_generation);
        using var mailbox = transport.Inbox().Open(_generation);
        before.Dispose();
        Assert.True(await Send(Tokens(0)));
        Assert.Equal(0, (await Next(mailbox)).From);
    }

    [Fact]
    public async Task A_wait_ends_with_a_frame_or_in_time_or_when_it_is_left()
    {
        using var mailbox = transport.Inbox().Open(_generation);
        using var leaving = new CancellationTokenSource();
        Assert.False(await mailbox.Arrives(TimeSpan.FromMilliseconds(20), TimeProvider.System, leaving.Token));

        var next = mailbox.Arrives(TimeSpan.FromSeconds(10), TimeProvider.System, leaving.Token);
        Assert.True(await Send(Tokens(0)));
        Assert.True(await next && mailbox.TryRead(out _));

        Assert.False(await mailbox.Arrives(TimeSpan.FromMilliseconds(20), TimeProvider.System, leaving.Token)); // sooner than the timer of the wait before
        var left = mailbox.Arrives(TimeSpan.FromSeconds(10), TimeProvider.System, leaving.Token);
        await leaving.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await left);
    }

    private ValueTask<bool> Send(Frame frame) => transport.Frames().Send(transport.Inbox().Address, frame, default);

    private static async Task<Frame> Next(FrameMailbox mailbox) =>
        await mailbox.Arrives(TimeSpan.FromSeconds(10), TimeProvider.System, default) && mailbox.TryRead(out var frame) ? frame : throw new TimeoutException("No frame came.");

    private Frame Tokens(int from) => new()
    {
        GenerationId = _generation,
        Run = 2,
        Choice = 1,
        From = from,
        Tokens = [0, 49151, int.MaxValue],
        Text = "Grüße 🌍"u8.ToArray(),
        TextEnds = [2, 2, 12],
        Micros = [0, 20_000, 1_000_000_000],
    };
}

public sealed class InProcessFrameStreamTests(InProcessTransport transport) : FrameStreamTests(transport), IClassFixture<InProcessTransport>
{
    [Fact]
    public async Task The_sender_is_told_when_the_mailbox_has_been_closed()
    {
        var inbox = transport.Inbox();
        inbox.Open("gone").Dispose();
        Assert.False(await transport.Frames().Send(inbox.Address, new() { GenerationId = "gone", Run = 1, Choice = 0, From = 0 }, default));
    }
}

public sealed class RabbitMqFrameStreamTests(RabbitMqTransport transport) : FrameStreamTests(transport), IClassFixture<RabbitMqTransport>
{
    [Fact]
    public async Task The_sender_is_told_when_the_gateway_has_gone()
    {
        var gateway = await RabbitMqTransport.Start(await RabbitMqServer.Address);
        var inbox = gateway.Services.GetRequiredService<IFrameInbox>();
        using var mailbox = inbox.Open("g");
        var frame = new Frame { GenerationId = "g", Run = 1, Choice = 0, From = 0 };
        Assert.True(await transport.Frames().Send(inbox.Address, frame, default));
        Assert.True(await mailbox.Arrives(TimeSpan.FromSeconds(10), TimeProvider.System, default));
        await Node.Stop(gateway);
        await Eventually.Holds(async () => await transport.Frames().Send(inbox.Address, frame, default), reached => !reached);
    }
}
