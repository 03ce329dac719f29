using System.Buffers;
using Platform.Contracts.Generations;
using Platform.Gateway.Errors;
using Platform.Gateway.Generations;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Responses;

namespace Platform.Gateway.Responses;

/// <summary>What the user said, and the model's summary, as one object.</summary>
internal sealed class CompactionAnswer(HttpContext http, ResponseContext context, ResponseOutput output) : IAnswer
{
    public ValueTask Show(Step step, CancellationToken cancellation)
    {
        if (step.Frame is { } frame) output.Take(frame, step.Skip);
        return default;
    }

    public async ValueTask End(Generation generation, CancellationToken cancellation)
    {
        output.End();
        var summary = new ArrayBufferWriter<byte>();
        foreach (var item in output.Events.Items.Where(item => item.Kind == OutputKind.Message)) summary.Write(item.Text);
        http.Response.ContentType = "application/json";
        Compaction.Write(
            http.Response.BodyWriter, generation.Id, generation.StartedAt.ToUnixTimeSeconds(), context.Before.Concat(context.Input), PublicId.New("cmp_"), summary.WrittenSpan, generation.ResponseUsage(output.ReasoningTokens));
        await http.Response.BodyWriter.FlushAsync(cancellation);
    }

    public async ValueTask Fail(ApiError error, CancellationToken cancellation) => await error.Write(http);
}
