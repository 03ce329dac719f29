using System.Buffers;
using System.Text.Json;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Json;

namespace Platform.OpenAi.Responses;

public enum ResponseStatus { Queued, InProgress, Completed, Incomplete, Failed, Cancelled }

/// <summary>What changes of a response while it comes into being.</summary>
public sealed record ResponseState(ResponseStatus Status)
{
    public IReadOnlyList<OutputItem> Output { get; init; } = [];
    public ResponseUsage? Usage { get; init; }

    /// <summary>The tier it was served in.</summary>
    public string ServiceTier { get; init; } = "default";

    /// <summary>Unix seconds; set when <see cref="ResponseStatus.Completed"/>.</summary>
    public long? CompletedAt { get; init; }

    /// <summary>Why it is <see cref="ResponseStatus.Incomplete"/>.</summary>
    public string? IncompleteReason { get; init; }

    /// <summary>Why it <see cref="ResponseStatus.Failed"/>.</summary>
    public ApiError? Error { get; init; }
}

/// <summary>The <c>response</c> object: the request's settings echoed, keys and nulls as the API has them, and over them a state.</summary>
public sealed class ResponseObject
{
    private readonly JsonElement json;

    private ResponseObject(JsonElement json) => this.json = json;

    public string Id => json.GetProperty("id").GetString()!; // written by us
    public bool IsBackground => json.GetProperty("background").GetBoolean();
    internal IEnumerable<JsonElement> Output => json.GetProperty("output").EnumerateArray();


    /// <param name="createdAt">Unix seconds.</param>
    /// <param name="model">Id of the model that answers.</param>
    public static ResponseObject Of(string id, long createdAt, string model, ResponseRequest request)
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        using (var json = new Utf8JsonWriter(buffer, RelaxedJson.Options)) ResponseEcho.Write(json, id, createdAt, model, request);
        return Parse(buffer.WrittenMemory);
    }

    /// <param name="stored">A response as it was once written, in whatever state.</param>
    public static ResponseObject Parse(ReadOnlyMemory<byte> stored)
    {
        using var document = JsonDocument.Parse(stored);
        return new ResponseObject(document.RootElement.Clone());
    }

    public void Write(IBufferWriter<byte> output, ResponseState state)
    {
        using var writer = new Utf8JsonWriter(output, RelaxedJson.Options);
        writer.WriteStartObject();
        foreach (var property in json.EnumerateObject())
        {
            writer.WritePropertyName(property.Name);
            switch (property.Name)
            {
                case "status":
                    writer.WriteStringValue(Name(state.Status));
                    break;
                case "completed_at":
                    if (state.CompletedAt is { } at) writer.WriteNumberValue(at);
                    else writer.WriteNullValue();
                    break;
                case "error":
                    Error(writer, state.Error);
                    break;
                case "incomplete_details":
                    Incomplete(writer, state.IncompleteReason);
                    break;
                case "output":
                    writer.WriteStartArray();
                    foreach (var item in state.Output) item.Write(writer);
                    writer.WriteEndArray();
                    break;
                case "service_tier":
                    writer.WriteStringValue(state.Status is ResponseStatus.Queued or ResponseStatus.InProgress ? "auto" : state.ServiceTier);
                    break;
                case "usage":
                    if (state.Usage is { } usage) usage.Write(writer);
                    else writer.WriteNullValue();
                    break;
                default:
                    property.Value.WriteTo(writer);
                    break;
            }
        }

        writer.WriteEndObject();
    }

    public ResponseStatus Status => Enum.GetValues<ResponseStatus>().First(status => json.GetProperty("status").ValueEquals(Name(status)));

    /// <summary>The same response as it is once nobody goes on with it.</summary>
    public void WriteCancelled(IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, RelaxedJson.Options);
        writer.WriteStartObject();
        foreach (var property in json.EnumerateObject())
        {
            writer.WritePropertyName(property.Name);
            if (property.NameEquals("status"u8)) writer.WriteStringValue(Name(ResponseStatus.Cancelled));
            else if (property.NameEquals("output"u8)) Incomplete(writer, property.Value);
            else property.Value.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    private static void Incomplete(Utf8JsonWriter writer, JsonElement items)
    {
        writer.WriteStartArray();
        foreach (var item in items.EnumerateArray())
        {
            writer.WriteStartObject();
            foreach (var property in item.EnumerateObject())
            {
                writer.WritePropertyName(property.Name);
                if (property.NameEquals("status"u8) && property.Value.ValueEquals("in_progress"u8)) writer.WriteStringValue("incomplete"u8);
                else property.Value.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public static string Name(ResponseStatus status) => status switch
    {
        ResponseStatus.Queued => "queued",
        ResponseStatus.InProgress => "in_progress",
        ResponseStatus.Completed => "completed",
        ResponseStatus.Incomplete => "incomplete",
        ResponseStatus.Failed => "failed",
        ResponseStatus.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "unknown status"),
    };

    private static void Error(Utf8JsonWriter writer, ApiError? error)
    {
        if (error is null)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("code"u8, error.Status switch { 429 => "rate_limit_exceeded", < 500 => "invalid_prompt", _ => "server_error" });
        writer.WriteString("message"u8, error.Message);
        writer.WriteEndObject();
    }

    private static void Incomplete(Utf8JsonWriter writer, string? reason)
    {
        if (reason is null)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("reason"u8, reason);
        writer.WriteEndObject();
    }
}
