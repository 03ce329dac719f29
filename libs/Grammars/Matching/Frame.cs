namespace Platform.Grammars.Matching;

/// <summary>A rule being read: where its end leads to. Ways that came to the same rule at the same place share it, so that no more of them arise than there are rules and places.</summary>
internal sealed class Frame(Callers callers, int count = 0)
{
    private Frame? next;

    public Callers Callers { get; } = callers;

    /// <summary>Times a counted repetition has been gone through.</summary>
    public int Count { get; } = count;

    public Frame Next() => next ??= new Frame(Callers, Count + 1);
}

internal sealed class Callers
{
    public List<Configuration> Returns { get; } = [];

    /// <summary>Whether the rule has ended where it began: a caller that comes later returns at once.</summary>
    public bool IsNullable { get; set; }
}

/// <summary>One way to have read the text so far.</summary>
internal readonly record struct Configuration(int State, Frame Frame)
{
    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(Frame) * 31 + State;

    public bool Equals(Configuration other) => State == other.State && ReferenceEquals(Frame, other.Frame);
}
