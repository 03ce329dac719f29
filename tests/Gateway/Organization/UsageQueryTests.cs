using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Platform.Eventing;
using Platform.Gateway.Organization;

namespace Platform.Gateway.Tests.Organization;

public class UsageQueryTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_123);

    [Theory]
    [InlineData("", "start_time", "missing_required_parameter")]
    [InlineData("start_time=soon", "start_time", "invalid_type")]
    [InlineData("start_time=-5", "start_time", "integer_below_min_value")]
    [InlineData("start_time=99999999999999", "start_time", "integer_above_max_value")]
    [InlineData("start_time=1000&end_time=1000", "end_time", "invalid_value")]
    [InlineData("start_time=1000&bucket_width=1w", "bucket_width", "invalid_value")]
    [InlineData("start_time=1000&limit=0", "limit", "integer_below_min_value")]
    [InlineData("start_time=1000&limit=32", "limit", "integer_above_max_value")]
    [InlineData("start_time=1000&limit=169&bucket_width=1h", "limit", "integer_above_max_value")]
    [InlineData("start_time=1000&limit=1441&bucket_width=1m", "limit", "integer_above_max_value")]
    [InlineData("start_time=1000&group_by=colour", "group_by", "invalid_value")]
    [InlineData("start_time=1000&batch=maybe", "batch", "invalid_value")]
    [InlineData("start_time=1000&page=nonsense", "page", "invalid_value")]
    public void A_wrong_query_names_its_field(string query, string param, string code)
    {
        Assert.True(Read(query).Refused(out var error, out _));
        Assert.Equal((400, param, code), (error.Status, error.Param, error.Code));
    }

    [Theory]
    [InlineData("1d", 7)]
    [InlineData("1h", 24)]
    [InlineData("1m", 60)]
    public void A_page_has_as_many_buckets_as_openai_gives(string width, int buckets)
    {
        Assert.Equal(buckets, Accepted($"start_time=1700000000&bucket_width={width}").Buckets);
        Assert.Equal(7, Accepted("start_time=1700000000").Buckets);
    }

    [Fact]
    public void Buckets_begin_at_their_boundary_and_the_last_one_holds_the_end()
    {
        var asked = Accepted("start_time=3700&end_time=10801&bucket_width=1h");
        Assert.Equal((3600, 14_400, 3, BucketWidth.Hour), (asked.Query.Start.ToUnixTimeSeconds(), asked.Query.End.ToUnixTimeSeconds(), asked.Buckets, asked.Query.Width));
    }

    [Theory]
    [InlineData("group_by[]=model&group_by[]=project_id&models[]=a&models[]=b")]
    [InlineData("group_by=model&group_by=project_id&models=a&models=b")]
    [InlineData("group_by=model,project_id&models=a,b")]
    public void Lists_are_read_in_every_form(string query)
    {
        var asked = Accepted($"start_time=0&{query}").Query;
        Assert.Equal(["model", "project_id"], asked.GroupBy);
        Assert.Equal(["a", "b"], asked.Models);
    }

    [Fact]
    public void Filters_reach_the_rollup()
    {
        var asked = Accepted("start_time=0&project_ids=p&user_ids[]=u&api_key_ids=k&group_by=batch&batch=true");
        Assert.Equal(("p", "u", "k"), (asked.Query.Projects.Single(), asked.Query.Users.Single(), asked.Query.Keys.Single()));
        Assert.Equal((true, true), (asked.ByBatch, asked.BatchesOnly));
        Assert.Empty(asked.Query.GroupBy);
    }

    private static OpenAi.Errors.ApiResult<AskedUsage> Read(string query) => UsageEndpoint.Read(new QueryCollection(QueryHelpers.ParseQuery(query)), Now);

    private static AskedUsage Accepted(string query)
    {
        Assert.False(Read(query).Refused(out var error, out var asked), error?.Message);
        return asked!;
    }
}
