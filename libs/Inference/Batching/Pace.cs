namespace Platform.Inference.Batching;

/// <summary>How much of prompts is read beside sequences that run: as much as keeps a step below twice the time it takes without.</summary>
internal sealed class Pace(StepCost cost)
{
    /// <summary>Time for prompts, as a share of the step without; the rest of the way to twice is for what varies.</summary>
    private const double Share = 0.8;

    /// <summary>While nothing is known of the times.</summary>
    private const int Cautious = 32;

    /// <summary>Of so many steps one reads no prompt where others run: it tells what a step takes without, which grows while they do.</summary>
    private const int Probe = 16;

    private const double Weight = 0.2;
    private double each;
    private int unbroken;

    /// <summary>At least one token: however slow it is, a prompt gets on.</summary>
    /// <param name="running">Sequences that get a token in the step.</param>
    /// <param name="most">Tokens read where none runs.</param>
    public int Chunk(int running, int most)
    {
        if (running == 0)
        {
            return most;
        }

        if (unbroken >= Probe - 1)
        {
            return 0;
        }

        var step = cost.Of(running);
        return each <= 0 || step <= 0 ? Math.Min(most, Cautious) : (int)Math.Clamp(Share * step / each, 1, most);
    }

    /// <summary>A step read so many tokens of prompts.</summary>
    public void Took(int running, int read, long ticks)
    {
        var now = Math.Max(1, ticks - (running == 0 ? 0 : cost.Of(running))) / read;
        each = each <= 0 ? now : each + (Weight * (now - each));
        unbroken++;
    }

    /// <summary>A step read nothing of prompts.</summary>
    public void TookNone(int tokens, long ticks)
    {
        cost.Observe(tokens, ticks);
        unbroken = 0;
    }
}
