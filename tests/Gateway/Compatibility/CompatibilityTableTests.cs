using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Platform.Gateway.Tests.Host;
using Platform.OpenAi.Chat;
using Platform.OpenAi.Completions;
using Platform.OpenAi.Conversations;
using Platform.OpenAi.Embeddings;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Messages;
using Platform.OpenAi.Rerank;
using Platform.OpenAi.Responses;
using Platform.OpenAi.Tokens;
using Platform.OpenAi.Videos;

namespace Platform.Gateway.Tests.Compatibility;

/// <summary>docs/openai-compatibility.md is what the routes and the readers say. With PLATFORM_WRITE_DOCS=1 it is written anew.</summary>
public partial class CompatibilityTableTests
{
    private const string Chat = """{"model":"m","messages":[{"role":"user","content":"a"}]}""";

    /// <summary>Fields whose value is taken and changes nothing, or not all that OpenAI's does.</summary>
    private static readonly Dictionary<string, string> Notes = new()
    {
        ["verbosity"] = "checked; no open model has such a switch", ["prediction"] = "guessed from where the model has speculation; the answer is the same", ["modalities"] = "text only", ["messages"] = "text parts; pictures, audio and files are refused by name",
        ["service_tier"] = "default, flex and priority order the queue, and who comes first takes a slot from who does not; scale runs as default", ["suffix"] = "where the model has fill-in-the-middle tokens, else refused by name", ["metadata"] = "kept with the request",
        ["stream_options"] = "include_usage, include_obfuscation, vLLM's continuous_usage_stats", ["max_tokens"] = "of chat: deprecated, as max_completion_tokens", ["logit_bias"] = "a token outside the vocabulary is a 400",
        ["top_p"] = "with llama.cpp's own samplers their order is llama.cpp's, else vLLM's", ["prompt_cache_key"] = "prefixes are found without it",
    };

    [Fact]
    public async Task The_table_in_the_docs_is_what_the_code_says()
    {
        await using var gateway = await GatewayHost.Start();
        var file = Path.Combine(Root(), "docs", "openai-compatibility.md");
        var table = Table([.. gateway.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()]);
        if (Environment.GetEnvironmentVariable("PLATFORM_WRITE_DOCS") == "1") await File.WriteAllTextAsync(file, table);
        Assert.True(File.Exists(file) && await File.ReadAllTextAsync(file) == table, "docs/openai-compatibility.md is stale: run this test with PLATFORM_WRITE_DOCS=1.");
    }

    private static string Table(IReadOnlyList<RouteEndpoint> routes)
    {
        var text = new StringBuilder("# What of OpenAI's API is there\n\nWritten by a test from the routes and the readers of the code; `works` means that a wrong value is refused by the field's name, `ignored` that anything is taken.\n\n## Endpoints\n\n| operation | state |\n|---|---|\n");
        var served = routes.SelectMany(route => (route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []).Select(method => $"{method} {Shape(route.RoutePattern.RawText ?? "")}")).ToHashSet();
        var known = File.ReadAllLines(Path.Combine(Root(), "tests/Gateway/Compatibility/openai-operations.txt")).Where(line => line.Length > 0).ToList();
        foreach (var operation in known) text.Append(CultureInfo.InvariantCulture, $"| `{operation}` | {(served.Contains(Shape(operation)) ? "works" : "not there")} |\n");
        var shapes = known.Select(Shape).ToHashSet();
        text.Append("\nBeyond OpenAI's: ").AppendJoin(", ", served.Where(one => !shapes.Contains(one) && one.Contains("/v1/", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(one => $"`{one}`")).Append(".\n");

        Fields(text, "POST /v1/chat/completions", new(body => ChatRequestReader.Read(body).Refused(out var error, out _) ? error : null, Chat), ChatFields);
        Fields(text, "POST /v1/completions", new(body => CompletionRequestReader.Read(body).Refused(out var error, out _) ? error : null, """{"model":"m","prompt":"a"}"""), CompletionFields);
        Fields(text, "POST /v1/responses", new(ReadResponse, """{"model":"m","input":"a"}"""), ResponseFields);
        Fields(text, "POST /v1/conversations", new(body => ConversationRequest.ReadNew(body, prefix => prefix).Refused(out var error, out _) ? error : null, "{}"), ConversationFields);
        Fields(text, "POST /v1/messages", new(body => MessagesRequestReader.Read(body).Refused(out var error, out _) ? error : null, """{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"a"}]}"""), MessageFields);
        Fields(text, "POST /v1/embeddings", new(body => EmbeddingsRequestReader.Read(body).Refused(out var error, out _) ? error : null, """{"model":"m","input":"a"}"""), EmbeddingFields);
        Fields(text, "POST /v1/rerank", new(body => RerankRequestReader.Read(body).Refused(out var error, out _) ? error : null, """{"model":"m","query":"a","documents":["b"]}"""), RerankFields);
        Fields(text, "POST /v1/videos", new(body => VideoRequestReader.Read(body, VideoRequestKind.Create, NoFiles).Refused(out var error, out _) ? error : null, """{"model":"m","prompt":"a"}"""), VideoFields);
        Fields(text, "POST /v1/tokenize", new(body => TokenizeRequest.Read(body).Refused(out var error, out _) ? error : null, """{"model":"m","prompt":"a"}"""), TokenizeFields);
        Fields(text, "POST /v1/detokenize", new(body => DetokenizeRequest.Read(body).Refused(out var error, out _) ? error : null, """{"model":"m","tokens":[1]}"""), ["\"model\":\"m\"", "\"tokens\":[1,2]"]);
        return text.ToString();
    }

    private static ApiError? ReadResponse(ReadOnlyMemory<byte> body)
    {
        if (ResponseRequestReader.Read(body, prefix => prefix).Refused(out var error, out var request)) return error;
        return ResponseChat.Read(request, []).Refused(out error, out _) ? error : null;
    }

    private static void Fields(StringBuilder text, string operation, FieldProbe probe, string[] fields)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n## {operation}\n\n| field | state | |\n|---|---|---|\n");
        foreach (var value in fields)
        {
            var field = FirstName().Match(value).Groups[1].Value;
            text.Append(CultureInfo.InvariantCulture, $"| `{field}` | {probe.StateOf(field, $"{{{value}}}")} | {Notes.GetValueOrDefault(field)} |\n");
        }
    }

    /// <summary>OpenAI's fields first, then those that vLLM and llama.cpp share; each with what it needs beside it.</summary>
    private static readonly string[] ChatFields =
    [
        "\"messages\":[{\"role\":\"developer\",\"content\":[{\"type\":\"text\",\"text\":\"a\"}]},{\"role\":\"user\",\"content\":\"b\"}]", "\"model\":\"m\"", "\"max_completion_tokens\":5", "\"max_tokens\":5", "\"temperature\":0.5", "\"top_p\":0.5", "\"n\":2",
        "\"stop\":[\"a\"]", "\"seed\":1", "\"frequency_penalty\":1", "\"presence_penalty\":1", "\"logit_bias\":{\"5\":1}", "\"logprobs\":true", "\"top_logprobs\":2,\"logprobs\":true", "\"stream\":true", "\"stream_options\":{\"include_usage\":true},\"stream\":true",
        "\"response_format\":{\"type\":\"json_object\"},\"messages\":[{\"role\":\"user\",\"content\":\"json\"}]", "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":\"object\",\"properties\":{}}}}]",
        "\"tool_choice\":\"required\",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]", "\"parallel_tool_calls\":false,\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]", "\"functions\":[{\"name\":\"f\"}]",
        "\"function_call\":{\"name\":\"f\"},\"functions\":[{\"name\":\"f\"}]", "\"store\":true", "\"metadata\":{\"a\":\"b\"}", "\"user\":\"u\"", "\"safety_identifier\":\"u\"", "\"service_tier\":\"flex\"", "\"reasoning_effort\":\"high\"", "\"verbosity\":\"low\"",
        "\"prediction\":{\"type\":\"content\",\"content\":\"a\"}", "\"modalities\":[\"text\"]", "\"audio\":{\"voice\":\"alloy\",\"format\":\"mp3\"}", "\"prompt_cache_key\":\"k\"", "\"prompt_cache_retention\":\"24h\"", "\"prompt_cache_options\":{\"mode\":\"implicit\"}",
        "\"web_search_options\":{\"search_context_size\":\"low\"}", "\"moderation\":{\"model\":\"m\"}",
        .. Sampling, "\"chat_template_kwargs\":{\"enable_thinking\":false}", "\"add_generation_prompt\":false", "\"continue_final_message\":true,\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"}]",
        "\"grammar\":\"root ::= \\\"a\\\"\"", "\"guided_json\":{\"type\":\"object\"}", "\"guided_regex\":\"a+\"", "\"guided_choice\":[\"a\"]", "\"chat_template\":\"{{ messages }}\"", "\"samplers\":[\"top_k\"]",
    ];

    private static readonly string[] CompletionFields =
    [
        "\"model\":\"m\"", "\"prompt\":[[1,2],[3]]", "\"max_tokens\":5", "\"temperature\":0.5", "\"top_p\":0.5", "\"n\":2", "\"best_of\":3", "\"stop\":\"a\"", "\"seed\":1", "\"frequency_penalty\":1", "\"presence_penalty\":1", "\"logit_bias\":{\"5\":1}", "\"logprobs\":5",
        "\"echo\":true", "\"suffix\":\"b\"", "\"stream\":true", "\"stream_options\":{\"include_usage\":true},\"stream\":true", "\"user\":\"u\"", .. Sampling,
    ];

    private static readonly string[] ResponseFields =
    [
        "\"model\":\"m\"", "\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"a\"}]}]", "\"instructions\":\"a\"", "\"previous_response_id\":\"resp_1\"", "\"conversation\":{\"id\":\"conv_1\"}", "\"store\":false", "\"background\":true",
        "\"stream\":true", "\"stream_options\":{\"include_obfuscation\":false},\"stream\":true", "\"max_output_tokens\":16", "\"max_tool_calls\":1", "\"text\":{\"format\":{\"type\":\"text\"}}", "\"tools\":[{\"type\":\"function\",\"name\":\"f\",\"parameters\":{\"type\":\"object\",\"properties\":{}},\"strict\":false}]",
        "\"tool_choice\":\"required\",\"tools\":[{\"type\":\"function\",\"name\":\"f\"}]", "\"parallel_tool_calls\":false", "\"reasoning\":{\"effort\":\"low\"}", "\"include\":[\"reasoning.encrypted_content\"]", "\"truncation\":\"auto\"", "\"top_logprobs\":2", "\"temperature\":0.5",
        "\"top_p\":0.5", "\"metadata\":{\"a\":\"b\"}", "\"service_tier\":\"flex\"", "\"prompt\":{\"id\":\"p\"}", "\"moderation\":{\"model\":\"m\"}", "\"context_management\":[{\"type\":\"compaction\",\"compact_threshold\":1000}]", "\"prompt_cache_key\":\"k\"",
        "\"prompt_cache_retention\":\"24h\"", "\"prompt_cache_options\":{\"mode\":\"implicit\"}", "\"safety_identifier\":\"u\"", "\"user\":\"u\"", "\"seed\":1", "\"stop\":[\"a\"]", .. Sampling,
    ];

    private static readonly string[] ConversationFields = ["\"items\":[{\"role\":\"user\",\"content\":\"a\"}]", "\"metadata\":{\"a\":\"b\"}"];

    private static readonly string[] MessageFields =
    [
        "\"model\":\"m\"", "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"}]}]", "\"max_tokens\":5", "\"system\":\"a\"", "\"stop_sequences\":[\"a\"]", "\"stream\":true", "\"temperature\":0.5", "\"top_p\":0.5", "\"top_k\":5",
        "\"tools\":[{\"name\":\"f\",\"input_schema\":{\"type\":\"object\",\"properties\":{}}}]", "\"tool_choice\":{\"type\":\"any\"},\"tools\":[{\"name\":\"f\",\"input_schema\":{\"type\":\"object\",\"properties\":{}}}]", "\"thinking\":{\"type\":\"disabled\"}", "\"metadata\":{\"user_id\":\"u\"}",
        "\"service_tier\":\"auto\"",
    ];

    private static readonly string[] RerankFields = ["\"model\":\"m\"", "\"query\":\"a\"", "\"documents\":[\"a\",{\"text\":\"b\"}]", "\"top_n\":1", "\"return_documents\":true", "\"user\":\"u\""];

    private static readonly string[] VideoFields =
    [
        "\"model\":\"m\"", "\"prompt\":\"a\"", "\"seconds\":\"4\"", "\"size\":\"64x64\"", "\"input_reference\":{\"image_url\":\"data:image/png;base64,AAAA\"}", "\"negative_prompt\":\"a\"", "\"num_inference_steps\":4", "\"guidance_scale\":1", "\"flow_shift\":1", "\"seed\":1", "\"fps\":8", "\"num_frames\":8",
        "\"output_format\":\"webm\"", "\"user\":\"u\"", "\"lora\":{\"name\":\"a\"}", "\"generate_sound\":true",
    ];

    private static readonly HashSet<string> NoFiles = [];

    private static readonly string[] EmbeddingFields = ["\"model\":\"m\"", "\"input\":[[1,2]]", "\"encoding_format\":\"base64\"", "\"dimensions\":4", "\"user\":\"u\""];

    private static readonly string[] TokenizeFields =
    [
        "\"model\":\"m\"", "\"prompt\":\"a\"", "\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]", "\"add_special_tokens\":false", "\"return_token_strs\":true", "\"add_generation_prompt\":false", "\"continue_final_message\":true", "\"chat_template_kwargs\":{}", "\"tools\":[]",
        "\"content\":\"a\"", "\"add_special\":true", "\"parse_special\":false", "\"with_pieces\":true",
    ];

    private static string[] Sampling =>
    [
        "\"top_k\":5", "\"min_p\":0.1", "\"typical_p\":0.9", "\"repeat_penalty\":1.1", "\"repetition_penalty\":1.1", "\"min_tokens\":2", "\"ignore_eos\":true", "\"deterministic\":true", "\"stop_token_ids\":[5]", "\"top_n_sigma\":1", "\"xtc_probability\":0.5", "\"xtc_threshold\":0.2",
        "\"dry_multiplier\":0.8", "\"dry_base\":1.5", "\"dry_allowed_length\":3", "\"dry_penalty_last_n\":64", "\"dry_sequence_breakers\":[\"a\"]", "\"dynatemp_range\":0.5", "\"dynatemp_exponent\":2", "\"mirostat\":2", "\"mirostat_tau\":4", "\"mirostat_eta\":0.2",
    ];

    private static string Shape(string operation) => Parameter().Replace(operation, "{}").TrimEnd('/');

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../.."));

    [GeneratedRegex("\\{(?:\\{\\{|\\}\\}|\\{[^{}]*\\}|[^{}])*\\}")]
    private static partial Regex Parameter();

    [GeneratedRegex("^\"([^\"]+)\"")]
    private static partial Regex FirstName();
}
