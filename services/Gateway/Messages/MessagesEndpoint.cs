using System.Text;
using Platform.Gateway.Auth;
using Platform.Gateway.Chat;
using Platform.Gateway.Errors;
using Platform.Gateway.Generations;
using Platform.Gateway.Requests;
using Platform.Gateway.Tokens;
using Platform.Grains.Keys;
using Platform.OpenAi.Chat;
using Platform.OpenAi.Messages;

namespace Platform.Gateway.Messages;

/// <summary><c>POST /v1/messages</c>, Anthropic's shape: authenticate, validate, then the road of every generation.</summary>
internal sealed class MessagesEndpoint(Callers callers, ServedModels models, OutputPlanner outputs, GenerationRoad road, PromptTokens prompts)
{
    public async Task Create(HttpContext http)
    {
        if ((await callers.Find(http, KeyScope.Project)).Refused(out var error, out var caller))
        {
            await error.Write(http);
            return;
        }

        var body = await RequestBody.Read(http);
        if (MessagesRequestReader.Read(body).Refused(out error, out var request) || models.FindChat(request.Model, "v1/messages").Refused(out error, out var model))
        {
            await error.Write(http);
            return;
        }

        var chat = await AsItThinks(request, model);
        if ((await outputs.Plan(chat.ToGeneration(model, caller, body) with { IdPrefix = "msg_", Kind = "message" }, chat)).Refused(out error, out var generation))
        {
            await MessagesRequestReader.InTheirWords(error).Write(http);
            return;
        }

        await road.Run(http, generation, admitted => AnswerTo(http, admitted));
    }

    /// <summary><c>POST /v1/messages/count_tokens</c>: what the same request would read.</summary>
    public async Task CountTokens(HttpContext http)
    {
        if ((await callers.Find(http, KeyScope.Project)).Refused(out var error, out var caller))
        {
            await error.Write(http);
            return;
        }

        var body = await RequestBody.Read(http);
        if (MessagesRequestReader.Read(body, needsMaxTokens: false).Refused(out error, out var request)
            || models.FindChat(request.Model, "v1/messages/count_tokens").Refused(out error, out var model)
            || await AsItThinks(request, model) is not { } chat
            || (await outputs.Plan(chat.ToGeneration(model, caller, body), chat)).Refused(out error, out var generation)
            || (await prompts.Count(model, generation.Conversation!, http.RequestAborted)).Refused(out error, out var reading)) // a chat is a conversation
        {
            await MessagesRequestReader.InTheirWords(error!).Write(http); // refused by one of them
            return;
        }

        await http.Json(Encoding.UTF8.GetBytes($"{{\"input_tokens\":{reading.Count}}}"));
    }

    /// <summary>Here thinking is a budget, which a model that does not think leaves as it is.</summary>
    private async Task<ChatCompletionRequest> AsItThinks(ChatCompletionRequest chat, ServedModel model) =>
        chat.ReasoningEffort is not null && await models.Traits(model.Id) is not { Thinks: true } ? chat with { ReasoningEffort = null } : chat;

    private static MessagesAnswer AnswerTo(HttpContext http, Generation generation) =>
        new(http, generation, sink => generation.Request.Output.Parser(generation.Id, 0, sink), generation.Request.Stream, holdHeaders: generation.MayBeRefused());
}
