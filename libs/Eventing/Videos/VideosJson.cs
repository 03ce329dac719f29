using System.Text.Json.Serialization;
using Platform.Contracts.Videos;

namespace Platform.Eventing.Videos;

/// <summary>JSON of the columns that hold records.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true)]
[JsonSerializable(typeof(VideoOrder))]
[JsonSerializable(typeof(VideoClip))]
internal sealed partial class VideosJson : JsonSerializerContext;
