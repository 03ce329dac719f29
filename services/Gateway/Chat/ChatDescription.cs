using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Platform.Gateway.Chat;

/// <summary>Chat completions as <c>/openapi.json</c> describes them; their bodies have no CLR type to read it from.</summary>
internal static class ChatDescription
{
    public static Task Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        operation.RequestBody = new OpenApiRequestBody { Required = true, Content = Json(Request()) };
        operation.Responses = new OpenApiResponses
        {
            ["200"] = new OpenApiResponse
            {
                Description = "A chat.completion object, or with stream: true chat.completion.chunk objects as server-sent events that end with [DONE].",
                Content = new Dictionary<string, OpenApiMediaType> { ["application/json"] = new() { Schema = Of(JsonSchemaType.Object) }, ["text/event-stream"] = new() { Schema = Of(JsonSchemaType.String) } },
            },
            ["400"] = Refusal("The request is wrong; param names the field."),
            ["401"] = Refusal("The API key is missing or wrong."),
            ["404"] = Refusal("The model does not exist."),
            ["429"] = Refusal("A rate limit is reached or the queue is full; Retry-After says when to come back."),
            ["503"] = Refusal("No worker serves the model at the moment; Retry-After says when to come back."),
        };
        return Task.CompletedTask;
    }

    private static OpenApiSchema Request() => new()
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string> { "model", "messages" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["model"] = Of(JsonSchemaType.String, "Id or alias of a model."),
            ["messages"] = new OpenApiSchema { Type = JsonSchemaType.Array, MinItems = 1, Items = Message() },
            ["stream"] = Of(JsonSchemaType.Boolean),
            ["stream_options"] = new OpenApiSchema { Type = JsonSchemaType.Object, Properties = new Dictionary<string, IOpenApiSchema> { ["include_usage"] = Of(JsonSchemaType.Boolean) } },
            ["max_completion_tokens"] = Number(JsonSchemaType.Integer, "1", null),
            ["max_tokens"] = Number(JsonSchemaType.Integer, "1", null),
            ["n"] = Number(JsonSchemaType.Integer, "1", "128"),
            ["temperature"] = Number(JsonSchemaType.Number, "0", "2"),
            ["top_p"] = Number(JsonSchemaType.Number, "0", "1"),
            ["top_k"] = Number(JsonSchemaType.Integer, "0", null),
            ["min_p"] = Number(JsonSchemaType.Number, "0", "1"),
            ["presence_penalty"] = Number(JsonSchemaType.Number, "-2", "2"),
            ["frequency_penalty"] = Number(JsonSchemaType.Number, "-2", "2"),
            ["repeat_penalty"] = Number(JsonSchemaType.Number, "0.01", "10"),
            ["seed"] = Of(JsonSchemaType.Integer),
            ["stop"] = new OpenApiSchema { AnyOf = [Of(JsonSchemaType.String), new OpenApiSchema { Type = JsonSchemaType.Array, MinItems = 1, MaxItems = 4, Items = Of(JsonSchemaType.String) }] },
            ["user"] = Of(JsonSchemaType.String),
            ["metadata"] = new OpenApiSchema { Type = JsonSchemaType.Object, MaxProperties = 16, AdditionalProperties = Of(JsonSchemaType.String) },
            ["store"] = Of(JsonSchemaType.Boolean, "false keeps what was said out of the ledger."),
        },
    };

    private static OpenApiSchema Message() => new()
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string> { "role" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["role"] = Of(JsonSchemaType.String, "system, developer, user, assistant or tool."),
            ["content"] = new OpenApiSchema { AnyOf = [Of(JsonSchemaType.String), new OpenApiSchema { Type = JsonSchemaType.Array, Items = Of(JsonSchemaType.Object, "A part of the type text.") }] },
        },
    };

    private static OpenApiSchema Of(JsonSchemaType type, string? description = null) => new() { Type = type, Description = description };

    private static OpenApiSchema Number(JsonSchemaType type, string? min, string? max) => new() { Type = type, Minimum = min, Maximum = max };

    private static OpenApiResponse Refusal(string description) => new() { Description = description, Content = Json(Of(JsonSchemaType.Object, "{\"error\":{\"message\",\"type\",\"param\",\"code\"}}")) };

    private static Dictionary<string, OpenApiMediaType> Json(OpenApiSchema schema) => new() { ["application/json"] = new() { Schema = schema } };
}
