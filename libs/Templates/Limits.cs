namespace Platform.Templates;

/// <summary>What one template may use up: templates come with any model file, and messages from anyone.</summary>
internal static class Limits
{
    public const int SourceLength = 1 << 20;

    /// <summary>Brackets and blocks within one another in the source.</summary>
    public const int Nesting = 100;

    /// <summary>Operators, calls and subscripts that apply to one another's results within one expression.</summary>
    public const int ExpressionHeight = 250;

    /// <summary>Macros, call blocks and recursive loops within one another.</summary>
    public const int Calls = 200;

    public const int ValueDepth = 100;

    /// <summary>Characters and elements of one value, counted as often as they would be printed.</summary>
    public const int ValueSize = 16 << 20;

    public const int OutputLength = 16 << 20;

    /// <summary>Nodes evaluated, plus a share of the characters and elements that each operation touches.</summary>
    public const int Steps = 20_000_000;

    public const int RangeLength = 100_000;
}
