using Platform.Gateway.Errors;
using Platform.Gateway.Generations;
using Platform.Gateway.Streaming;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Responses;

namespace Platform.Gateway.Responses;

/// <summary>A response as server-sent events, or as one object at its end.</summary>
/// <param name="holdHeaders">The prompt may not fit: until the worker has said so nothing is sent, so that a refusal keeps its status.</param>
internal sealed class ResponseAnswer(
    HttpContext http, Generation generation, ResponseRequest request, ResponseContext context, ResponseObject response, ResponseOutput output, ResponseKeeper keeper, TimeProvider clock, bool holdHeaders) : IAnswer
{
    private bool begun;

    public async ValueTask Show(Step step, CancellationToken cancellation)
    {
        if (step.Frame is { } frame)
        {
            Begin();
            output.Take(frame, step.Skip);
        }
        else if (!request.Stream || (holdHeaders && !begun))
        {
            return;
        }
        else
        {
            Begin();
            ServerSentEvents.Ping(http.Response.BodyWriter);
        }

        if (request.Stream) await http.Response.BodyWriter.FlushAsync(cancellation);
    }

    public async ValueTask End(Generation ended, CancellationToken cancellation)
    {
        Begin();
        output.End();
        await Finish(ended.Ended(output.ReasoningTokens, clock.GetUtcNow()), cancellation);
    }

    public async ValueTask Fail(ApiError error, CancellationToken cancellation)
    {
        if (!http.Response.HasStarted) await error.Write(http);
        else await Finish(new ResponseState(ResponseStatus.Failed) { Error = error, Usage = generation.ResponseUsage(output.ReasoningTokens) }, cancellation);
    }

    private async Task Finish(ResponseState state, CancellationToken cancellation)
    {
        output.Events.Close(state.Status);
        await keeper.Keep(generation, request, context, response, output.Events, state, cancellation);
        if (request.Stream)
        {
            output.Events.End(state);
        }
        else
        {
            http.Response.ContentType = "application/json";
            response.Write(http.Response.BodyWriter, state with { Output = output.Events.Items });
        }

        await http.Response.BodyWriter.FlushAsync(cancellation);
    }

    private void Begin()
    {
        if (begun) return;
        begun = true;
        if (request.Stream) http.Response.OpenEvents();
        output.Events.Begin(queued: false);
    }
}
