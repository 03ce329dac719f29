using System.Text;
using Platform.Contracts.Generations;
using Platform.Contracts.Runs;
using Platform.Eventing.Answers;
using Platform.Eventing.Generations;
using Platform.Gateway.Auth;
using Platform.Gateway.Errors;
using Platform.Gateway.Generations;
using Platform.Grains.Keys;
using Platform.OpenAi.Chat;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Streaming;

namespace Platform.Gateway.Chat;

/// <summary>
/// <c>GET /v1/chat/completions/{id}/stream?starting_after=…</c>, or with <c>Last-Event-ID</c>: the rest of a stream whose connection was lost, through any gateway.
/// A generation that still runs is taken over; one that has ended is streamed again from the ledger.
/// </summary>
internal sealed class ChatReconnect(Callers callers, ServedModels models, OutputPlanner outputs, Adoption adoption, LiveGenerations generations, GenerationRoad road, GenerationReader ledger, StoredAnswers stored, RecordedChats chats, TimeProvider clock)
{
    /// <summary>How long what has just ended may take to be recorded: a worker's grace for a gateway that died, twice.</summary>
    private static readonly TimeSpan UntilRecorded = TimeSpan.FromSeconds(12);

    private static readonly TimeSpan NextLook = TimeSpan.FromMilliseconds(250);

    public async Task Continue(HttpContext http, string id)
    {
        if ((await callers.Find(http, KeyScope.Project)).Refused(out var error, out var caller))
        {
            await error.Write(http);
            return;
        }

        if (await adoption.Take(id, caller.ProjectId, http.RequestAborted) is { } adopted) await Join(http, caller, adopted);
        else await Again(http, id, caller);
    }

    private async Task Join(HttpContext http, ApiKeyIdentity caller, AdoptedRun adopted)
    {
        if (Request(adopted.Run.Record).Refused(out var error, out var request) || models.FindChat(adopted.Run.Model, "v1/chat/completions").Refused(out error, out var model) || After(http, request).Refused(out error, out var after))
        {
            adopted.Mailbox.Dispose(); // the worker's grace begins
            await error.Write(http);
            return;
        }

        // billed to the key that asked first
        var asked = request.ToGeneration(model, caller with { KeyId = adopted.Run.Record!.Figures.KeyId }, Encoding.UTF8.GetBytes(adopted.Run.Record.Request!)) with { Sampling = adopted.Run.Sampling }; // Request saw both
        if ((await outputs.Plan(asked, request)).Refused(out error, out var planned)) planned = asked; // it was accepted once
        await using var generation = await generations.Adopt(planned, adopted);
        var stream = new ChatStream(http, generation.Head(), request, planned.Output, after, holdHeaders: false);
        await road.Drive(generation, ChatEndpoint.Storing(stream, http, request, generation, stored), http.RequestAborted);
    }

    private async Task Again(HttpContext http, string id, ApiKeyIdentity caller)
    {
        var asked = clock.GetTimestamp();
        RecordedGeneration? recorded;
        while ((recorded = await ledger.Read(id, http.RequestAborted)) is null && MayRun(id) && clock.GetElapsedTime(asked) < UntilRecorded) await Task.Delay(NextLook, clock, http.RequestAborted);
        if (recorded is not { Figures: { Kind: "chat" } figures } || figures.ProjectId != caller.ProjectId)
        {
            await ApiError.NotFound($"No chat completion '{id}' is known in your project.", "id").Write(http);
            return;
        }

        if (recorded.Content is not { } content)
        {
            await new ApiError(404, $"The chat completion '{id}' has ended, and what was said in it is not stored: it can't be streamed again.", "invalid_request_error", "id", "content_not_stored").Write(http);
            return;
        }

        if ((await chats.Open(recorded, content, caller)).Refused(out var error, out var chat) || After(http, chat.Request).Refused(out error, out var after))
        {
            await error.Write(http);
            return;
        }

        await Show(http, chat, after);
    }

    /// <summary>Whether its time lets it run still, or have ended just now.</summary>
    private bool MayRun(string id) => PublicId.TimeOf(ChatTranslation.IdPrefix, id) is { } made && clock.GetUtcNow() - made < generations.Options.Timeout + UntilRecorded;

    private static async Task Show(HttpContext http, RecordedChat chat, StreamPosition after)
    {
        var stream = new ChatStream(http, chat.Head, chat.Request, chat.Plan, after, holdHeaders: false);
        for (var i = 0; i < chat.Content.Choices.Count; i++) await stream.Show(Step.Tokens(chat.FrameOf(i), 0), http.RequestAborted);
        if (chat.Recorded.Outcome == Outcome.Completed)
        {
            await stream.End([.. chat.Finishes.Select(reason => (FinishReason?)reason)], chat.Usage, http.RequestAborted);
        }
        else
        {
            await stream.Fail(new ApiError(410, $"The chat completion ended before it was complete ({chat.Recorded.Reason}); this is all that was made.", "server_error", null, "generation_incomplete"), http.RequestAborted);
        }
    }

    private static ApiResult<ChatCompletionRequest> Request(RunRecord? record) =>
        record is { Figures: { Kind: "chat", Stream: true }, Request: { } body }
            ? ChatRequestReader.Read(Encoding.UTF8.GetBytes(body))
            : ApiError.Invalid("This generation is no streamed chat completion.", "id");

    private static ApiResult<StreamPosition> After(HttpContext http, ChatCompletionRequest request)
    {
        var text = http.Request.Query["starting_after"].LastOrDefault() ?? http.Request.Headers["Last-Event-ID"].LastOrDefault() ?? "";
        return StreamPosition.Read(text, request.Choices) is { } id
            ? id
            : ApiError.Invalid($"Invalid 'starting_after': '{text}' is not the id of an event of this stream; it has {request.Choices} number{(request.Choices == 1 ? "" : "s, joined by dots")}.", "starting_after", "invalid_value");
    }
}
