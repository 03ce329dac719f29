using System.Collections.Frozen;

namespace Platform.Templates.Builtins;

/// <summary>The filters behind <c>|</c>.</summary>
internal static class Filters
{
    public static readonly FrozenDictionary<string, Builtin> Table = Builtin.Table(
    [
        .. TextFilters.All,
        .. MarkupFilters.All,
        .. NumberFilters.All,
        .. SequenceFilters.All,
        .. OrderFilters.All,
        .. SelectionFilters.All,
        .. JsonFilters.All,
    ]);
}
