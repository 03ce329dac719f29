using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Contracts.Runs;
using Platform.Gateway.Generations;
using Platform.Grains.Pools;
using Platform.Grammars;
using Platform.Grammars.JsonSchema;
using Platform.OpenAi.Chat;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Structured;
using Platform.OpenAi.Tools;
using Platform.Templates.Output;

namespace Platform.Gateway.Chat;

/// <summary>
/// Works out of a request's tools, answer format and effort, and of how its model writes, what grammar the output keeps to and how it is read.
/// </summary>
internal sealed class OutputPlanner(ServedModels models)
{
    public async ValueTask<ApiResult<GenerationRequest>> Plan(GenerationRequest generation, ChatCompletionRequest request)
    {
        var traits = await models.Traits(generation.Model.Id);
        var calls = request.Tools is { Mode: not ToolMode.None } tools ? tools : null;
        if (calls is null && request.Form is null && request.ReasoningEffort is null && traits is not { Thinks: true } && !ToolMessages.AreIn(request.Messages.Json)) return generation;

        var format = OutputFormat.Named(traits?.OutputFormat);
        if (Thinking(request, traits).Refused(out var error, out var thinking)) return error;
        var conversation = generation.Conversation!; // a chat has one
        var messages = format.TellsTools ? ToolMessages.Current(conversation.Messages) : ToolMessages.Told(conversation.Messages, calls);
        conversation = conversation with { Messages = messages, Tools = format.TellsTools ? calls?.Json : null, TemplateArguments = Arguments(conversation.TemplateArguments, thinking) };
        if (Constraint(request, calls, format, thinking).Refused(out error, out var constraint)) return error;
        return generation with
        {
            Conversation = conversation,
            PromptBytes = generation.PromptBytes + Math.Max(0, messages.Length - request.Messages.Json.Length) * 3 + (calls?.Json.Length ?? 0) * 4,
            Output = new OutputPlan
            {
                Constraint = constraint.Value,
                ShownTokens = calls is not null || thinking.MayThink || format.Name == "harmony" ? format.ShownTokens : [],
                Format = calls is not null || thinking.MayThink ? format : null,
                Thinks = thinking.Opened,
                CallsOnly = calls is { Mode: not ToolMode.Auto },
                Tools = calls is null ? [] : [.. calls.Callable.Select(tool => new Tool(tool.Name, tool.Parameters))],
            },
        };
    }

    /// <summary>What the effort asked for comes to on this model.</summary>
    private static ApiResult<ThinkingPlan> Thinking(ChatCompletionRequest request, ModelTraits? traits)
    {
        if (traits is not { Thinks: true })
        {
            return request.ReasoningEffort is null or "none"
                ? new ThinkingPlan(false, false, null, null)
                : ApiError.Invalid("Unsupported parameter: 'reasoning_effort' is not supported with this model: it does not think.", "reasoning_effort", "unsupported_parameter");
        }

        var opens = traits.OpensThinking;
        if (request.ReasoningEffort is not { } effort)
        {
            var given = request.TemplateArguments is { } arguments && traits.ThinkingSwitch is { } named && JsonNode.Parse(arguments)?[named] is JsonValue value && value.TryGetValue(out bool chosen) ? chosen : (bool?)null;
            return new ThinkingPlan(given ?? true, given switch { true => opens.On, false => opens.Off, _ => opens.ByDefault }, null, null);
        }

        var on = effort is not ("none" or "minimal");
        return traits.ThinkingSwitch switch
        {
            { } name when traits.Words is { } words => new ThinkingPlan(on || words.Off is null, on ? opens.On : opens.Off, name, JsonValue.Create(effort switch { "none" or "minimal" => words.Off ?? words.Low, "low" => words.Low, "medium" => words.Medium, _ => words.High })),
            { } name => new ThinkingPlan(on, on ? opens.On : opens.Off, name, JsonValue.Create(on)),
            null when on => new ThinkingPlan(true, opens.ByDefault, null, null),
            null => ApiError.Invalid($"Unsupported value: 'reasoning_effort' does not support '{effort}' with this model: it always thinks.", "reasoning_effort", "unsupported_value"),
        };
    }

    private static string? Arguments(string? given, ThinkingPlan thinking)
    {
        if (thinking.Switch is null) return given;
        var arguments = given is null ? [] : JsonNode.Parse(given) as JsonObject ?? [];
        arguments.TryAdd(thinking.Switch, thinking.Value?.DeepClone());
        return arguments.ToJsonString();
    }

    private static ApiResult<Constrained> Constraint(ChatCompletionRequest request, ToolFields? calls, OutputFormat format, ThinkingPlan thinking)
    {
        var param = request.Form?.Param ?? "tools";
        try
        {
            var use = calls is null ? null : new ToolUse([.. calls.Callable.Select(tool => new Tool(tool.Name, tool.Parameters))], calls.Mode != ToolMode.Auto, calls.Parallel && calls.Mode != ToolMode.Named);
            if (request.Form is null || use is { Required: true })
            {
                if (use is null) return new Constrained(null);
                param = "tools";
                var grammar = format.Grammar(use, thinking.Thinks);
                Grammar.Parse(grammar.Gbnf);
                return new Constrained(new OutputConstraint(grammar.Gbnf, grammar.Triggers));
            }

            var text = new GrammarText();
            var (before, thoughts) = format.Answer(thinking.Thinks);
            var answer = $"{GrammarText.Literal(before)} {Start(request.Form, text)}";
            if (use is not null)
            {
                param = "tools";
                answer = $"({answer}) | {text.Grammar(format.Grammar(use with { Required = true }, thinking.Thinks).Gbnf)}";
            }

            text.Root(answer, use is null ? thoughts : null);
            Grammar.Parse(text.ToString());
            return new Constrained(new OutputConstraint(text.ToString(), []));
        }
        catch (SchemaException e)
        {
            return Unkept(request, calls, param, e);
        }
        catch (GrammarException e)
        {
            return ApiError.Invalid($"Invalid '{param}': {e.Message}", param, "invalid_grammar");
        }
    }

    private static string Start(OutputForm form, GrammarText text) => form switch
    {
        OutputForm.Schema schema => text.Schema(schema.Json, ""),
        OutputForm.Gbnf gbnf => text.Grammar(gbnf.Grammar),
        OutputForm.Pattern pattern => text.Grammar(SchemaGrammar.OfPattern(pattern.Expression)),
        OutputForm.OneOf choices => text.Grammar(SchemaGrammar.OfChoices(choices.Texts)),
        _ => text.Grammar(SchemaGrammar.AnyObject),
    };

    /// <summary>Names the keyword by its path in the request.</summary>
    private static ApiError Unkept(ChatCompletionRequest request, ToolFields? calls, string param, SchemaException fault)
    {
        var parts = fault.Path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(part => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)).ToList();
        if (param == "tools" && calls is not null && parts.Count > 0 && int.TryParse(parts[0], out var index) && index < calls.Callable.Count)
        {
            var tool = calls.Callable[index];
            return ApiError.Invalid($"Invalid schema for function '{tool.Name}': {fault.Message}.", Path(tool.Path, parts[1..]), "invalid_function_parameters");
        }

        return ApiError.Invalid($"Invalid schema for {(request.Form?.Param.StartsWith("response_format", StringComparison.Ordinal) == true ? "response_format" : $"'{param}'")}: {fault.Message}.", Path(param, parts), "invalid_json_schema");
    }

    private static string Path(string start, IEnumerable<string> parts) => parts.Aggregate(start, (path, part) => int.TryParse(part, out _) ? $"{path}[{part}]" : $"{path}.{part}");

    private sealed record Constrained(OutputConstraint? Value);

    /// <param name="MayThink">Whether thinking may come before the answer.</param>
    /// <param name="Opened">Whether the prompt opens it.</param>
    private sealed record ThinkingPlan(bool MayThink, bool Opened, string? Switch, JsonValue? Value)
    {
        public Thinks Thinks => !MayThink ? Thinks.No : Opened ? Thinks.Opened : Thinks.Maybe;
    }
}
