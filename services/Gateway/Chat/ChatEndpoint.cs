using System.Text;
using Platform.Eventing.Answers;
using Platform.Gateway.Auth;
using Platform.Gateway.Errors;
using Platform.Gateway.Generations;
using Platform.Gateway.Requests;
using Platform.Gateway.StoredCompletions;
using Platform.Gateway.Tokens;
using Platform.Grains.Keys;
using Platform.OpenAi.Chat;

namespace Platform.Gateway.Chat;

/// <summary><c>POST /v1/chat/completions</c>: authenticate, validate, then the road of every generation.</summary>
internal sealed class ChatEndpoint(Callers callers, ServedModels models, OutputPlanner outputs, GenerationRoad road, StoredAnswers stored, PromptTokens prompts)
{
    public async Task Complete(HttpContext http)
    {
        if ((await callers.Find(http, KeyScope.Project)).Refused(out var error, out var caller))
        {
            await error.Write(http);
            return;
        }

        var body = await RequestBody.Read(http);
        if (ChatRequestReader.Read(body).Refused(out error, out var request) || models.FindChat(request.Model, "v1/chat/completions").Refused(out error, out var model))
        {
            await error.Write(http);
            return;
        }

        if ((await outputs.Plan(request.ToGeneration(model, caller, body), request)).Refused(out error, out var wanted))
        {
            await error.Write(http);
            return;
        }

        await road.Run(http, wanted, generation => AnswerTo(http, request, generation));
    }

    /// <summary><c>POST /v1/chat/completions/input_tokens</c>, as llama.cpp has it: what the same request would read.</summary>
    public async Task CountInput(HttpContext http)
    {
        if ((await callers.Find(http, KeyScope.Project)).Refused(out var error, out var caller))
        {
            await error.Write(http);
            return;
        }

        var body = await RequestBody.Read(http);
        if (ChatRequestReader.Read(body).Refused(out error, out var request)
            || models.FindChat(request.Model, "v1/chat/completions/input_tokens").Refused(out error, out var model)
            || (await outputs.Plan(request.ToGeneration(model, caller, body), request)).Refused(out error, out var generation)
            || (await prompts.Count(model, generation.Conversation!, http.RequestAborted)).Refused(out error, out var reading)) // a chat is a conversation
        {
            await error.Write(http);
            return;
        }

        await http.Json(Encoding.UTF8.GetBytes($"{{\"input_tokens\":{reading.Count}}}"));
    }

    private IAnswer AnswerTo(HttpContext http, ChatCompletionRequest request, Generation generation)
    {
        var head = generation.Head();
        IAnswer answer = request.Stream
            ? new ChatStream(http, head, request, generation.Request.Output, after: null,
                holdHeaders: generation.PromptEstimate >= generation.Model.Entry.ContextLength || request.Sampling.NamesTokens || generation.Request.Output.Constraint is not null)
            : new ChatAnswer(http, head, request);
        return Storing(answer, http, request, generation, stored);
    }

    /// <summary>The same answer, stored at its end where the request says so.</summary>
    public static IAnswer Storing(IAnswer answer, HttpContext http, ChatCompletionRequest request, Generation generation, StoredAnswers stored) =>
        request.Store ? new StoringAnswer(answer, stored, http.TraceIdentifier, (output, ended) => ChatAnswer.Write(output, generation.Head(), ended, request)) : answer;
}
