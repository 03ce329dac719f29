using Platform.OpenAi.Organization;

namespace Platform.Gateway.Organization;

internal static class Paging
{
    /// <summary>The part of a list that <c>after</c> and <c>limit</c> ask for.</summary>
    public static ListPage<T> Page<T>(this IEnumerable<T> all, string? after, int limit, Func<T, string> id)
    {
        var rest = after is null ? all : all.SkipWhile(item => id(item) != after).Skip(1);
        var page = rest.Take(limit + 1).ToList();
        var data = page.Take(limit).ToList();
        return new ListPage<T> { Data = data, FirstId = data.Count > 0 ? id(data[0]) : null, LastId = data.Count > 0 ? id(data[^1]) : null, HasMore = page.Count > limit };
    }
}
