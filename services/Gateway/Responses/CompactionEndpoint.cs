using System.Buffers;
using Platform.Contracts.Generations;
using Platform.Gateway.Auth;
using Platform.Gateway.Chat;
using Platform.Gateway.Errors;
using Platform.Gateway.Generations;
using Platform.Gateway.Requests;
using Platform.Grains.Keys;
using Platform.OpenAi.Responses;

namespace Platform.Gateway.Responses;

/// <summary><c>POST /v1/responses/compact</c>: the model tells a conversation again in fewer words.</summary>
internal sealed class CompactionEndpoint(Callers callers, ServedModels models, OutputPlanner outputs, ResponseContexts contexts, GenerationRoad road)
{
    public async Task Compact(HttpContext http)
    {
        if ((await callers.Find(http, KeyScope.Project)).Refused(out var error, out var caller))
        {
            await error.Write(http);
            return;
        }

        var body = await RequestBody.Read(http);
        if (ResponseRequestReader.Read(body, PublicId.New).Refused(out error, out var request)
            || models.FindChat(request.Model, "v1/responses/compact").Refused(out error, out var model)
            || (await contexts.Find(request, caller.ProjectId, http.RequestAborted)).Refused(out error, out var context)
            || ResponseChat.Read(Compaction.SummaryOf(request with { Input = context.Input }), context.Before).Refused(out error, out var chat))
        {
            await error.Write(http);
            return;
        }

        if ((await outputs.Plan(chat.ToGeneration(model, caller, body) with { IdPrefix = "resp_", Kind = "response", KeepContent = false }, chat)).Refused(out error, out var generation))
        {
            await ResponseChat.InOurWords(error).Write(http);
            return;
        }

        await road.Run(http, generation, admitted => AnswerTo(http, request, context, admitted));
    }

    private static CompactionAnswer AnswerTo(HttpContext http, ResponseRequest request, ResponseContext context, Generation generation)
    {
        var output = new ResponseOutput(new ResponseEvents(ResponseObject.Of(generation.Id, 0, generation.Model.Id, request), new ArrayBufferWriter<byte>(), after: long.MaxValue), sealReasoning: false);
        output.ReadWith(sink => generation.Request.Output.Parser(generation.Id, 0, sink));
        return new CompactionAnswer(http, context, output);
    }
}
