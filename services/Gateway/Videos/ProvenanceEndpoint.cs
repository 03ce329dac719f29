using Platform.Blobs;
using Platform.Eventing.Videos;
using Platform.Gateway.Auth;
using Platform.Gateway.Errors;
using Platform.Grains.Keys;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Json;
using Platform.OpenAi.Videos;
using Platform.Video.Provenance;

namespace Platform.Gateway.Videos;

/// <summary><c>POST /v1/videos/provenance</c>: whether this platform made a file, when and as which video. The file comes in a form, or is the body.</summary>
internal sealed class ProvenanceEndpoint(Callers callers, SharedMarks marks, VideoReader reader)
{
    public async Task<IResult> Ask(HttpContext http)
    {
        if ((await callers.Find(http, KeyScope.Project)).Refused(out var error, out _)) return new Refusal(error);
        if ((await VideoForm.Read(http)).Refused(out error, out var form)) return new Refusal(error);
        var file = form.Files.Count == 0 && !http.Request.HasFormContentType ? form.Json.ToArray() : form.Files.Values.FirstOrDefault() ?? [];
        if (form.Files.Count > 1 || file.Length == 0) return new Refusal(ApiError.Invalid("Send one file: as the form's file 'file', or as the body.", "file", "missing_required_parameter"));

        var mark = (await marks.Get(http.RequestAborted)).Read(file);
        if (mark is { IsSigned: true }) return Answer(new() { MadeByPlatform = mark.IsUnaltered, Generation = mark.Origin.Generation, Model = mark.Origin.Model, CreatedAt = mark.Origin.CreatedAt.ToUnixTimeSeconds(), Part = mark.Origin.Part, Signature = "valid", Content = mark.IsUnaltered ? "unaltered" : "altered" });
        var known = await reader.FindByBlob(BlobId.Of(file).ToString(), http.RequestAborted);
        return Answer(new()
        {
            MadeByPlatform = known is not null,
            Generation = known?.Id,
            Model = known?.Model,
            CreatedAt = known?.CreatedAt.ToUnixTimeSeconds(),
            Part = null,
            Signature = mark is null ? "absent" : "invalid",
            Content = known is null ? "unknown" : "unaltered",
        });
    }

    private static IResult Answer(VideoProvenance provenance) => Results.Json(provenance, WireJson.Wire.VideoProvenance);
}
