using System.Net;

namespace Platform.Catalog.Hub;

/// <summary>What a hub's refusal means, and what the operator can do about it.</summary>
internal static class HubRefusal
{
    public static CatalogException Of(HttpResponseMessage response, HubOptions options, string repo, string revision, string? file)
    {
        var code = response.Headers.TryGetValues("X-Error-Code", out var codes) ? codes.FirstOrDefault() : null;
        var page = $"{options.Endpoint.TrimEnd('/')}/{repo}";
        var token = options.Token.Length > 0;
        return new CatalogException((response.StatusCode, code) switch
        {
            (_, "GatedRepo") when token => $"{repo} is gated and the account of HF_TOKEN has no access yet: ask for it at {page}, then pull again.",
            (_, "GatedRepo") => $"{repo} is gated: accept its terms at {page}, then set HF_TOKEN to a token of that account.",
            (_, "RevisionNotFound") => $"{repo} has no revision \"{revision}\".",
            (_, "EntryNotFound") or (HttpStatusCode.NotFound, null) when file is not null => $"{repo} has no file {file} at {revision}.",
            (HttpStatusCode.Unauthorized, "RepoNotFound") or (HttpStatusCode.Unauthorized, null) when !token => $"There is no repository {repo} at {options.Endpoint}, or it is private: then set HF_TOKEN.",
            (HttpStatusCode.Unauthorized, "RepoNotFound") or (HttpStatusCode.NotFound, _) => $"There is no repository {repo} at {options.Endpoint}{(token ? " that HF_TOKEN may see" : "")}.",
            (HttpStatusCode.Unauthorized, _) => $"{options.Endpoint} does not accept HF_TOKEN: it is wrong or has expired.",
            (HttpStatusCode.Forbidden, _) => $"{repo} may not be read{(token ? " with this HF_TOKEN: it needs read access to gated and private repositories" : ": set HF_TOKEN")}.",
            _ => $"{options.Endpoint} refuses {repo}: {(int)response.StatusCode} {response.ReasonPhrase}.",
        });
    }
}
