namespace Platform.Grammars;

/// <summary>What a grammar may use up, however hostile it is.</summary>
internal static class Limits
{
    /// <summary>Bytes of a grammar's text.</summary>
    public const int Text = 1 << 20;

    /// <summary>Groups within groups.</summary>
    public const int Nesting = 64;

    /// <summary>States of the compiled grammar.</summary>
    public const int States = 1 << 19;

    /// <summary>Repetitions up to this many states are written out; others are counted.</summary>
    public const int WrittenOut = 256;

    /// <summary>A rule that is not recursive and has no more states than this is copied to where it is used.</summary>
    public const int Inlined = 256;

    /// <summary>Ways to read the text so far that are followed at once.</summary>
    public const int Configurations = 1 << 14;

    /// <summary>Ways followed while one token is chosen.</summary>
    public const int Work = 1 << 21;
}
