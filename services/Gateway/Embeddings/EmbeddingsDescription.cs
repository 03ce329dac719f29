using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Platform.Gateway.Embeddings;

/// <summary>Embeddings and reranking as <c>/openapi.json</c> describes them; their bodies have no CLR type to read it from.</summary>
internal static class EmbeddingsDescription
{
    public static Task DescribeEmbeddings(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        operation.RequestBody = Body(["model", "input"], new()
        {
            ["model"] = Of(JsonSchemaType.String, "Id or alias of an embedding model."),
            ["input"] = new OpenApiSchema { AnyOf = [Of(JsonSchemaType.String), ListOf(Of(JsonSchemaType.String)), ListOf(Of(JsonSchemaType.Integer)), ListOf(ListOf(Of(JsonSchemaType.Integer)))] },
            ["encoding_format"] = Of(JsonSchemaType.String, "float, or base64 of float32 little-endian."),
            ["dimensions"] = Of(JsonSchemaType.Integer, "Fewer numbers than the model makes, where it allows that."),
            ["user"] = Of(JsonSchemaType.String),
        });
        return Answers(operation, "A list of embedding objects.");
    }

    public static Task DescribeRerank(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        operation.RequestBody = Body(["model", "query", "documents"], new()
        {
            ["model"] = Of(JsonSchemaType.String, "Id or alias of an embedding model."),
            ["query"] = Of(JsonSchemaType.String),
            ["documents"] = ListOf(Of(JsonSchemaType.String, "Or an object with a text.")),
            ["top_n"] = Of(JsonSchemaType.Integer),
            ["return_documents"] = Of(JsonSchemaType.Boolean),
            ["user"] = Of(JsonSchemaType.String),
        });
        return Answers(operation, "The documents' indexes with their cosine similarity to the query, the nearest first.");
    }

    private static Task Answers(OpenApiOperation operation, string description)
    {
        operation.Responses = new OpenApiResponses
        {
            ["200"] = new OpenApiResponse { Description = description, Content = Json(Of(JsonSchemaType.Object)) },
            ["400"] = Refusal("The request is wrong; param names the field."),
            ["401"] = Refusal("The API key is missing or wrong."),
            ["404"] = Refusal("The model does not exist."),
            ["429"] = Refusal("A rate limit is reached or the queue is full; Retry-After says when to come back."),
            ["503"] = Refusal("No worker serves the model at the moment; Retry-After says when to come back."),
        };
        return Task.CompletedTask;
    }

    private static OpenApiRequestBody Body(string[] required, Dictionary<string, IOpenApiSchema> properties) =>
        new() { Required = true, Content = Json(new OpenApiSchema { Type = JsonSchemaType.Object, Required = new HashSet<string>(required), Properties = properties }) };

    private static OpenApiSchema Of(JsonSchemaType type, string? description = null) => new() { Type = type, Description = description };

    private static OpenApiSchema ListOf(IOpenApiSchema items) => new() { Type = JsonSchemaType.Array, MinItems = 1, MaxItems = 2048, Items = items };

    private static OpenApiResponse Refusal(string description) => new() { Description = description, Content = Json(Of(JsonSchemaType.Object, "{\"error\":{\"message\",\"type\",\"param\",\"code\"}}")) };

    private static Dictionary<string, OpenApiMediaType> Json(OpenApiSchema schema) => new() { ["application/json"] = new() { Schema = schema } };
}
