namespace Platform.Contracts.Videos;

/// <summary>To a model's queue: there is a video to render. A hint only: what there is to do stands in the job's stream, so that one lost or doubled changes nothing.</summary>
public sealed record RenderVideo(string VideoId, string Model);

/// <summary>Gateway → worker's own queue: the video was cancelled; stop within one step.</summary>
public sealed record CancelVideo(string VideoId);
