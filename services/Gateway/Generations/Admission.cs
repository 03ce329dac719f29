using Platform.Gateway.Errors;
using Platform.Grains.Quotas;
using Platform.OpenAi.Errors;

namespace Platform.Gateway.Generations;

/// <summary>How a request is let in by its project's quota, or told that it is not.</summary>
internal static class Admission
{
    /// <summary>Waits the few seconds in which a quota that lost its silo has yet to learn what others hold of a budget.</summary>
    public static async ValueTask<QuotaAnswer> Admit(this IProjectQuota quota, Reservation asked, TimeProvider clock)
    {
        while (true)
        {
            var answer = await GrainCall.Repeated(() => quota.Reserve(asked), clock);
            if (!answer.IsNotYet) return answer;
            await Task.Delay(TimeSpan.FromMilliseconds(answer.RetryAfterMs), clock);
        }
    }

    public static ApiError OverLimit(QuotaAnswer quota, string projectId) => quota.Limit switch
    {
        "project_budget" => OverBudget(quota, $"project {projectId}"),
        "key_budget" => OverBudget(quota, "API key"),
        "requests" => OverRate(quota, quota.Requests.Limit, projectId),
        _ => OverRate(quota, quota.Tokens.Limit, projectId),
    };

    private static ApiError OverBudget(QuotaAnswer quota, string whose) => quota.RetryAfterMs < 0
        ? ApiError.InsufficientQuota($"What the {whose} may spend this month (UTC) does not suffice for this request.")
        : ApiError.RateLimited($"What the {whose} may still spend this month is held by requests that are running. Please try again in {RateLimitHeaders.Duration(quota.RetryAfterMs)}.", TimeSpan.FromMilliseconds(quota.RetryAfterMs));

    private static ApiError OverRate(QuotaAnswer quota, long limit, string projectId) => quota.RetryAfterMs < 0
        ? ApiError.RateLimited($"Request too large: it may need more {quota.Limit} than the limit of {limit} {quota.Limit} per minute ever allows in the project {projectId}. Shorten it or lower max_completion_tokens.", null)
        : ApiError.RateLimited($"Rate limit of {limit} {quota.Limit} per minute reached in the project {projectId}. Please try again in {RateLimitHeaders.Duration(quota.RetryAfterMs)}.", TimeSpan.FromMilliseconds(quota.RetryAfterMs));
}
