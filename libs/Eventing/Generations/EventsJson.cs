using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.Eventing.Background;
using Platform.Eventing.Sessions;
using Platform.Eventing.Videos;

namespace Platform.Eventing.Generations;

/// <summary>JSON of the events, generated at compile time.</summary>
[JsonSerializable(typeof(GenerationCompleted))]
[JsonSerializable(typeof(GenerationFailed))]
[JsonSerializable(typeof(GenerationCancelled))]
[JsonSerializable(typeof(SessionStarted))]
[JsonSerializable(typeof(SessionItemsAdded))]
[JsonSerializable(typeof(SessionItemRemoved))]
[JsonSerializable(typeof(SessionMetadataChanged))]
[JsonSerializable(typeof(SessionEnded))]
[JsonSerializable(typeof(ResponseRequested))]
[JsonSerializable(typeof(ResponseClaimed))]
[JsonSerializable(typeof(ResponseEnded))]
[JsonSerializable(typeof(VideoRequested))]
[JsonSerializable(typeof(VideoStarted))]
[JsonSerializable(typeof(VideoCompleted))]
[JsonSerializable(typeof(VideoFailed))]
[JsonSerializable(typeof(VideoCancelled))]
[JsonSerializable(typeof(VideoDeleted))]
internal sealed partial class EventsJson : JsonSerializerContext
{
    /// <summary>The naming policy is set here: a context that is only a resolver does not bring its own.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.TypeInfoResolverChain.Insert(0, Default);
    }
}
