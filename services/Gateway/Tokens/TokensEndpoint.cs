using Platform.Contracts.Runs;
using Platform.Gateway.Auth;
using Platform.Gateway.Chat;
using Platform.Gateway.Errors;
using Platform.Gateway.Generations;
using Platform.Gateway.Requests;
using Platform.Grains.Keys;
using Platform.OpenAi.Chat;
using Platform.OpenAi.Tokens;

namespace Platform.Gateway.Tokens;

/// <summary><c>POST /v1/tokenize</c> and <c>POST /v1/detokenize</c>: what a prompt is to a model. Costs nothing.</summary>
internal sealed class TokensEndpoint(Callers callers, ServedModels models, OutputPlanner outputs, PromptTokens prompts)
{
    public async Task Tokenize(HttpContext http)
    {
        if ((await callers.Find(http, KeyScope.Project)).Refused(out var error, out _)
            || TokenizeRequest.Read(await RequestBody.Read(http)).Refused(out error, out var request)
            || models.FindChat(request.Model, "v1/tokenize").Refused(out error, out var model)
            || (await prompts.Read(model, Prompt(request), http.RequestAborted)).Refused(out error, out var reading))
        {
            await error.Write(http);
            return;
        }

        http.Response.ContentType = "application/json";
        TokenBodies.Tokens(http.Response.BodyWriter, request, reading.Tokens, reading.Text, reading.TextEnds, reading.ContextLength);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    public async Task Detokenize(HttpContext http)
    {
        if ((await callers.Find(http, KeyScope.Project)).Refused(out var error, out _)
            || DetokenizeRequest.Read(await RequestBody.Read(http)).Refused(out error, out var request)
            || models.FindChat(request.Model, "v1/detokenize").Refused(out error, out var model)
            || (await prompts.Read(model, Blank() with { Plain = new PlainPrompt(null, request.Tokens) }, http.RequestAborted)).Refused(out error, out var reading))
        {
            await error.Write(http);
            return;
        }

        http.Response.ContentType = "application/json";
        TokenBodies.Text(http.Response.BodyWriter, reading.Text);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    /// <summary><c>POST /v1/apply-template</c>, as llama.cpp has it: what the model reads of a conversation, as text.</summary>
    public async Task ApplyTemplate(HttpContext http)
    {
        if ((await callers.Find(http, KeyScope.Project)).Refused(out var error, out var caller)
            || ChatRequestReader.Read(await RequestBody.Read(http)).Refused(out error, out var request)
            || models.FindChat(request.Model, "v1/apply-template").Refused(out error, out var model)
            || (await outputs.Plan(request.ToGeneration(model, caller, default), request)).Refused(out error, out var generation)
            || (await prompts.Read(model, Blank() with { Conversation = generation.Conversation }, http.RequestAborted)).Refused(out error, out var reading))
        {
            await error.Write(http);
            return;
        }

        http.Response.ContentType = "application/json";
        TokenBodies.Prompt(http.Response.BodyWriter, reading.Text);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    private static ReadPrompt Prompt(TokenizeRequest request) => request.Messages is { } messages
        ? Blank() with { Conversation = new Conversation(messages.Json, request.Tools, request.TemplateArguments, request.AddGenerationPrompt, request.ContinueFinal) }
        : Blank() with { Plain = new PlainPrompt(request.Text), AddSpecial = request.AddSpecial, ParseSpecial = request.ParseSpecial };

    private static ReadPrompt Blank() => new() { Id = "", ReplyTo = "", Model = "" };
}

internal static class TokensRegistration
{
    public static void AddTokens(this IServiceCollection services) => services.AddSingleton<PromptTokens>().AddSingleton<TokensEndpoint>();

    public static void MapTokens(this IEndpointRouteBuilder app)
    {
        var endpoint = app.ServiceProvider.GetRequiredService<TokensEndpoint>();
        app.MapPost("/v1/tokenize", (Delegate)endpoint.Tokenize).WithSummary("The tokens a model reads a text or a conversation as.");
        app.MapPost("/v1/detokenize", (Delegate)endpoint.Detokenize).WithSummary("The text of tokens.");
        app.MapPost("/v1/apply-template", (Delegate)endpoint.ApplyTemplate).WithSummary("What a model reads of a conversation, as text.");
    }
}
