using Platform.Gateway.Errors;
using Platform.OpenAi.Responses;

namespace Platform.Gateway.Requests;

/// <summary>Answers with the part of a list that <c>after</c>, <c>limit</c> and <c>order</c> ask for.</summary>
internal static class ItemListing
{
    /// <param name="items">Oldest first.</param>
    /// <param name="newestFirst">Where the query names no order.</param>
    public static async Task Write(HttpContext http, IReadOnlyList<(string Id, string Json)> items, bool newestFirst)
    {
        var query = new QueryReader(http.Request.Query);
        var limit = (int)(query.Integer("limit", 1, 100) ?? 20);
        var descending = query.OneOf("order", "asc", "desc") is { } order ? order == "desc" : newestFirst;
        if (query.Error is { } error)
        {
            await error.Write(http);
            return;
        }

        var ordered = descending ? items.Reverse() : items;
        var rest = query.Text("after") is { } after ? ordered.SkipWhile(item => item.Id != after).Skip(1) : ordered;
        var page = rest.Take(limit + 1).ToList();
        http.Response.ContentType = "application/json";
        ItemPage.Write(http.Response.BodyWriter, page.Take(limit).ToList(), hasMore: page.Count > limit);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    public static async Task Json(this HttpContext http, ReadOnlyMemory<byte> json)
    {
        http.Response.ContentType = "application/json";
        await http.Response.BodyWriter.WriteAsync(json, http.RequestAborted);
    }
}
