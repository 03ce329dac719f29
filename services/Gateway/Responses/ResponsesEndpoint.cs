using System.Text;
using Platform.Contracts.Generations;
using Platform.Gateway.Auth;
using Platform.Gateway.Chat;
using Platform.Gateway.Errors;
using Platform.Gateway.Generations;
using Platform.Gateway.Requests;
using Platform.Gateway.Responses.Background;
using Platform.Gateway.Tokens;
using Platform.Grains.Keys;
using Platform.OpenAi.Responses;

namespace Platform.Gateway.Responses;

/// <summary><c>POST /v1/responses</c>: authenticate, validate, find the context, then the road of every generation.</summary>
internal sealed class ResponsesEndpoint(Callers callers, ServedModels models, OutputPlanner outputs, ResponseContexts contexts, ResponseTruncation truncation, ResponseKeeper keeper, GenerationRoad road, BackgroundResponses background, ResponseFollower follower, PromptTokens prompts, TimeProvider clock)
{
    public async Task Create(HttpContext http)
    {
        if ((await callers.Find(http, KeyScope.Project)).Refused(out var error, out var caller))
        {
            await error.Write(http);
            return;
        }

        var body = await RequestBody.Read(http);
        if (ResponseRequestReader.Read(body, PublicId.New).Refused(out error, out var request)
            || models.FindChat(request.Model, "v1/responses").Refused(out error, out var model)
            || (await contexts.Find(request, caller.ProjectId, http.RequestAborted)).Refused(out error, out var context)
            || (await truncation.Fit(request, context, model, caller, http.RequestAborted)).Refused(out error, out var chat))
        {
            await error.Write(http);
            return;
        }

        if (request.Background)
        {
            var queued = await background.Accept(request, context, model, caller, body, http.RequestAborted);
            if (request.Stream) await follower.Follow(http, queued, -1, request.Obfuscates);
            else await http.Json(queued.Body);
            return;
        }

        if ((await outputs.Plan(chat.ToGeneration(model, caller, body) with { IdPrefix = "resp_", Kind = "response", KeepContent = request.Store }, chat)).Refused(out error, out var generation))
        {
            await ResponseChat.InOurWords(error).Write(http);
            return;
        }

        await road.Run(http, generation, admitted => AnswerTo(http, request, context, admitted));
    }

    /// <summary><c>POST /v1/responses/input_tokens</c>: what the same request would read.</summary>
    public async Task CountInput(HttpContext http)
    {
        if ((await callers.Find(http, KeyScope.Project)).Refused(out var error, out var caller))
        {
            await error.Write(http);
            return;
        }

        var body = await RequestBody.Read(http);
        if (ResponseRequestReader.Read(body, PublicId.New).Refused(out error, out var request)
            || models.FindChat(request.Model, "v1/responses/input_tokens").Refused(out error, out var model)
            || (await contexts.Find(request, caller.ProjectId, http.RequestAborted)).Refused(out error, out var context)
            || (await truncation.Fit(request, context, model, caller, http.RequestAborted)).Refused(out error, out var chat)
            || (await outputs.Plan(chat.ToGeneration(model, caller, body), chat)).Refused(out error, out var generation)
            || (await prompts.Count(model, generation.Conversation!, http.RequestAborted)).Refused(out error, out var reading)) // a chat is a conversation
        {
            await ResponseChat.InOurWords(error).Write(http);
            return;
        }

        await http.Json(Encoding.UTF8.GetBytes($"{{\"object\":\"response.input_tokens\",\"input_tokens\":{reading.Count}}}"));
    }

    private ResponseAnswer AnswerTo(HttpContext http, ResponseRequest request, ResponseContext context, Generation generation)
    {
        var response = ResponseObject.Of(generation.Id, generation.StartedAt.ToUnixTimeSeconds(), generation.Model.Id, request);
        var events = new ResponseEvents(response, http.Response.BodyWriter, after: request.Stream ? -1 : long.MaxValue, request.Obfuscates);
        var output = new ResponseOutput(events, request.IncludeEncryptedReasoning);
        output.ReadWith(sink => generation.Request.Output.Parser(generation.Id, 0, sink));
        return new ResponseAnswer(http, generation, request, context, response, output, keeper, clock, holdHeaders: generation.MayBeRefused());
    }
}
