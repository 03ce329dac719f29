namespace Platform.Grammars.Matching;

internal enum MoveKind
{
    /// <summary>To the target, without a byte.</summary>
    Empty,

    /// <summary>To the target, with a byte whose class is between Low and High.</summary>
    Byte,

    /// <summary>Into the rule that starts at Start, then to the target.</summary>
    Call,

    /// <summary>Once more round a counted repetition: into its body at Start while the count is below High; out when it is at least Low.</summary>
    Count,

    /// <summary>The rule ends.</summary>
    End,
}

/// <summary>A way on from a state.</summary>
internal readonly record struct Move(MoveKind Kind, int Target = -1, int Start = -1, int Low = 0, int High = 0);
