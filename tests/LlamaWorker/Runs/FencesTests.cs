using Platform.LlamaWorker.Runs;

namespace Platform.LlamaWorker.Tests.Runs;

public sealed class FencesTests
{
    private readonly ManualTime _clock = new();

    [Fact]
    public void A_fence_stands_before_its_run_and_those_before_it()
    {
        var fences = new Fences(_clock);
        fences.Raise("g", new(2, Closed: true));
        Assert.NotNull(fences.Before("g", 1));
        Assert.NotNull(fences.Before("g", 2));
        Assert.Null(fences.Before("g", 3));
        Assert.Null(fences.Before("other", 1));
    }

    [Fact]
    public void A_closed_run_stays_closed_when_it_is_cancelled_late()
    {
        var fences = new Fences(_clock);
        fences.Raise("g", new(2, Closed: true));
        fences.Raise("g", new(2, Closed: false));
        fences.Raise("g", new(1, Closed: false));
        Assert.Equal(new Fences.Fence(2, Closed: true), fences.Before("g", 2));
    }

    [Fact]
    public void Fences_go_after_half_a_minute()
    {
        var fences = new Fences(_clock);
        fences.Raise("g", new(1, Closed: true));
        _clock.Move(TimeSpan.FromSeconds(31));
        fences.Raise("other", new(1, Closed: true));
        Assert.Null(fences.Before("g", 1));
    }
}
